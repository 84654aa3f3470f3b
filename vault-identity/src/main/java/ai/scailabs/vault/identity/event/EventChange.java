package ai.scailabs.vault.identity.event;

import ai.scailabs.vault.identity.directory.GroupId;
import ai.scailabs.vault.identity.directory.IdentityStatus;
import ai.scailabs.vault.identity.directory.UserId;
import ai.scailabs.vault.identity.mirror.Mirror;
import ai.scailabs.vault.identity.mirror.MirrorChanges;
import ai.scailabs.vault.identity.mirror.ToldGroup;
import ai.scailabs.vault.identity.mirror.ToldMember;
import ai.scailabs.vault.identity.mirror.ToldPartner;
import ai.scailabs.vault.identity.mirror.ToldTenant;
import ai.scailabs.vault.identity.mirror.ToldUser;
import ai.scailabs.vault.identity.scaikey.MalformedWord;
import ai.scailabs.vault.identity.scaikey.ScaiKeyJson;
import ai.scailabs.vault.kernel.id.PartnerId;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.persistence.tenant.TenantTransaction;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** From the type of an event to what it changes. A type that nobody here knows changes nothing. */
final class EventChange {
    private final Mirror mirror;

    EventChange(Mirror mirror) {
        this.mirror = mirror;
    }

    /** Reads all that it needs before the transaction begins. */
    Prepared prepare(ScaiKeyEvent event) throws MalformedWord {
        return switch (event.type()) {
            case "partner.created", "partner.updated" ->
                partner(event, ScaiKeyJson.partner(id(event, PartnerId::parse), event.data()));
            case "partner.deleted" ->
                partner(event, new ToldPartner(id(event, PartnerId::parse), null, null, null, IdentityStatus.DELETED));
            case "tenant.created", "tenant.updated" ->
                tenant(event, ScaiKeyJson.tenant(id(event, TenantId::parse), event.data()));
            case "tenant.deleted" ->
                tenant(event, new ToldTenant(id(event, TenantId::parse), null, null, IdentityStatus.DELETED));
            case "user.created", "user.updated" -> user(event, said(event, null));
            case "user.suspended" -> user(event, said(event, IdentityStatus.SUSPENDED));
            case "user.activated" -> user(event, said(event, IdentityStatus.ACTIVE));
            case "user.deleted" -> user(event, ToldUser.of(id(event, UserId::parse), IdentityStatus.DELETED));
            case "user.mfa_enabled" -> user(event, secondFactor(event, true));
            case "user.mfa_disabled" -> user(event, secondFactor(event, false));
            case "user.password_changed" -> {
                ToldUser told = said(event, null);
                yield tx -> mirror.passwordChanged(tx, told, event.at());
            }
            case "group.created", "group.updated" ->
                group(event, ScaiKeyJson.group(id(event, GroupId::parse), event.data()));
            case "group.deleted" ->
                group(event, new ToldGroup(id(event, GroupId::parse), null, null, IdentityStatus.DELETED));
            case "group.member_added" -> member(event, true);
            case "group.member_removed" -> member(event, false);
            default -> tx -> MirrorChanges.nothing();
        };
    }

    private Prepared partner(ScaiKeyEvent event, ToldPartner told) {
        return tx -> mirror.partner(tx, told, event.at());
    }

    private Prepared tenant(ScaiKeyEvent event, ToldTenant told) {
        return tx -> mirror.tenants(tx, List.of(told), event.at());
    }

    private Prepared user(ScaiKeyEvent event, ToldUser told) {
        return tx -> mirror.users(tx, List.of(told), event.at());
    }

    private Prepared group(ScaiKeyEvent event, ToldGroup told) {
        return tx -> mirror.groups(tx, List.of(told), event.at());
    }

    private Prepared member(ScaiKeyEvent event, boolean present) throws MalformedWord {
        GroupId group = id(event, GroupId::parse);
        ToldMember told = ScaiKeyJson.member(event.data(), present);
        return tx -> mirror.members(tx, group, List.of(told), event.at());
    }

    /** @param status that the type of the event says, whatever the data do; absent where the data say it */
    private static ToldUser said(ScaiKeyEvent event, @Nullable IdentityStatus status) throws MalformedWord {
        ToldUser told = ScaiKeyJson.user(id(event, UserId::parse), event.data());
        return status == null
                ? told
                : new ToldUser(told.id(), told.email(), told.displayName(), status, told.mfaEnabled(), told.roles());
    }

    private static ToldUser secondFactor(ScaiKeyEvent event, boolean enabled) throws MalformedWord {
        return new ToldUser(id(event, UserId::parse), null, null, null, enabled, null);
    }

    private static <T> T id(ScaiKeyEvent event, Function<String, Optional<T>> parser) throws MalformedWord {
        return Optional.ofNullable(event.resourceId())
                .flatMap(parser)
                .orElseThrow(() -> new MalformedWord("resource.id is missing or malformed"));
    }

    /** To be run in the transaction. */
    @FunctionalInterface
    interface Prepared {
        MirrorChanges apply(TenantTransaction tx);
    }
}
