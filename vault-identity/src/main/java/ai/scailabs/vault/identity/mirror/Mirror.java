package ai.scailabs.vault.identity.mirror;

import ai.scailabs.vault.identity.directory.GroupId;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.persistence.tenant.TenantTransaction;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;

/**
 * Takes what ScaiKey told, be it an event or a page of a list, as part of the caller's transaction for the tenant, or for the space that the partner shares. What is
 * older than what is known undoes nothing, and to be told again changes nothing. Thread-safe.
 *
 * <p>{@code at} is always ScaiKey's own time: of the event, or of the moment at which the page was true.
 */
public final class Mirror {
    private final UserRows users;
    private final PlaceRows places;
    private final MembershipRows memberships;
    private final Clock clock;

    /** @param refusals ends the tokens of whom is suspended */
    public Mirror(TokensOfPerson refusals, Clock clock) {
        this.users = new UserRows(refusals);
        this.places = new PlaceRows();
        this.memberships = new MembershipRows();
        this.clock = clock;
    }

    /** In the space that the partner shares, whose status decides about every tenant of the partner. */
    public MirrorChanges partner(TenantTransaction tx, ToldPartner told, Instant at) {
        lock(tx);
        return places.partner(tx, told, micros(at), now());
    }

    /** In the space that their partner shares; all of them belong to it. */
    public MirrorChanges tenants(TenantTransaction tx, List<ToldTenant> told, Instant at) {
        lock(tx);
        return places.tenants(tx, told, micros(at), now());
    }

    public MirrorChanges users(TenantTransaction tx, List<ToldUser> told, Instant at) {
        lock(tx);
        return users.told(tx, told, micros(at), now());
    }

    public MirrorChanges groups(TenantTransaction tx, List<ToldGroup> told, Instant at) {
        lock(tx);
        return places.groups(tx, told, micros(at), now());
    }

    public MirrorChanges members(TenantTransaction tx, GroupId group, List<ToldMember> told, Instant at) {
        lock(tx);
        return memberships.told(tx, group, told, micros(at));
    }

    /** The person has another password: what was issued by then counts no more, under whichever name. */
    public MirrorChanges passwordChanged(TenantTransaction tx, ToldUser told, Instant at) {
        lock(tx);
        return users.passwordChanged(tx, told, micros(at), now());
    }

    /** A whole list of tenants was told, true at that moment or later: what it did not name is gone. At most 500; to be repeated while there are as many. */
    public MirrorChanges vanishedTenants(TenantTransaction tx, Instant asOf) {
        lock(tx);
        return places.vanishedTenants(tx, micros(asOf));
    }

    /** As {@link #vanishedTenants}. */
    public MirrorChanges vanishedUsers(TenantTransaction tx, Instant asOf) {
        lock(tx);
        return users.vanished(tx, micros(asOf), now());
    }

    /** As {@link #vanishedTenants}. */
    public MirrorChanges vanishedGroups(TenantTransaction tx, Instant asOf) {
        lock(tx);
        return places.vanishedGroups(tx, micros(asOf));
    }

    /** As {@link #vanishedTenants}. */
    public MirrorChanges vanishedMembers(TenantTransaction tx, GroupId group, Instant asOf) {
        lock(tx);
        return memberships.vanished(tx, group, micros(asOf));
    }

    /** Events and lists of one tenant are taken one after the other: each sees what the other made of a row. */
    private static void lock(TenantTransaction tx) {
        tx.query(
                "select pg_advisory_xact_lock(hashtextextended(?, 20261126))::text",
                (row, number) -> row.getString(1),
                lockName(tx.tenant()));
    }

    private static String lockName(TenantId tenant) {
        return "identity " + tenant.value();
    }

    private Instant now() {
        return micros(clock.instant());
    }

    private static Instant micros(Instant instant) {
        return instant.truncatedTo(ChronoUnit.MICROS);
    }
}
