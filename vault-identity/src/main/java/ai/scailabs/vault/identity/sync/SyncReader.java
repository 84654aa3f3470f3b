package ai.scailabs.vault.identity.sync;

import ai.scailabs.vault.access.revocation.RevocationService;
import ai.scailabs.vault.identity.directory.GroupId;
import ai.scailabs.vault.identity.mirror.Mirror;
import ai.scailabs.vault.identity.mirror.MirrorChanges;
import ai.scailabs.vault.identity.mirror.StandingChange;
import ai.scailabs.vault.identity.mirror.ToldTenant;
import ai.scailabs.vault.identity.scaikey.ScaiKeyDirectory;
import ai.scailabs.vault.identity.scaikey.ToldPage;
import ai.scailabs.vault.identity.scaikey.ToldTenantOf;
import ai.scailabs.vault.kernel.id.PartnerId;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.persistence.tenant.TenantTransaction;
import ai.scailabs.vault.tenancy.tenant.TenantRegistry;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** One step of a comparison: asks for a page, takes it, and tells where to go on. Each step may be done again without harm. */
final class SyncReader {
    private static final int VANISHED_AT_ONCE = 500;

    private final ScaiKeyDirectory scaiKey;
    private final SyncRepository repository;
    private final Mirror mirror;
    private final TenantRegistry tenants;
    private final RevocationService standings;
    private final SyncJournal journal;
    private final int maxEntries;

    SyncReader(
            ScaiKeyDirectory scaiKey,
            SyncRepository repository,
            Mirror mirror,
            TenantRegistry tenants,
            RevocationService standings,
            SyncJournal journal,
            int maxEntries) {
        this.scaiKey = scaiKey;
        this.repository = repository;
        this.mirror = mirror;
        this.tenants = tenants;
        this.standings = standings;
        this.journal = journal;
        this.maxEntries = maxEntries;
    }

    /**
     * @throws IOException when ScaiKey gives no good answer: to be tried again
     * @throws HopelessSync when trying again would not help
     */
    Step step(OpenRun open) throws IOException, InterruptedException, HopelessSync {
        return switch (open.position().step()) {
            case START -> open.run().isOfPartner() ? partner(open) : tenant(open);
            case TENANTS -> tenants(open);
            case USERS -> users(open);
            case GROUPS -> groups(open);
            case MEMBERS -> members(open);
            case DONE -> throw new IllegalStateException("nothing is left to do");
        };
    }

    private Step partner(OpenRun open) throws IOException, InterruptedException, HopelessSync {
        PartnerId partner = new PartnerId(open.run().space().value());
        var page = scaiKey.partner(partner).orElseThrow(() -> unknown("partner"));
        tenants.know(open.run().space(), partner);
        change(open.run().space(), tx -> mirror.partner(tx, page.items().getFirst(), page.asOf()));
        standings.changedEverywhere();
        return new Step(SyncPosition.tenants(), SyncCounts.NONE);
    }

    /** ScaiKey's word that a tenant is gone is taken from the list of its partner, or from an event; not from an answer that finds nothing. */
    private static HopelessSync unknown(String what) {
        return new HopelessSync("ScaiKey knows no such " + what);
    }

    private Step tenant(OpenRun open) throws IOException, InterruptedException, HopelessSync {
        TenantId tenant = open.run().space();
        var page = scaiKey.tenant(tenant).orElseThrow(() -> unknown("tenant"));
        ToldTenantOf told = page.items().getFirst();
        if (!tenants.know(tenant, told.partner()).equals(told.partner())) {
            throw new HopelessSync("ScaiKey says that the tenant belongs to another partner than here");
        }
        change(TenantId.sharedBy(told.partner()), tx -> mirror.tenants(tx, List.of(told.tenant()), page.asOf()));
        standings.changed(tenant);
        return new Step(SyncPosition.usersOf(tenant), new SyncCounts(1, 0, 0, 0, 0));
    }

    private Step tenants(OpenRun open) throws IOException, InterruptedException, HopelessSync {
        TenantId space = open.run().space();
        PartnerId partner = new PartnerId(space.value());
        SyncPosition at = open.position();
        var page = scaiKey.tenants(partner, at.after()).orElseThrow(() -> unknown("partner"));
        requireSound(at, page, open.run().counts().tenants());
        List<ToldTenant> own = new ArrayList<>();
        for (ToldTenantOf told : page.items()) {
            if (tenants.know(told.tenant().id(), partner).equals(partner)) {
                own.add(told.tenant());
            } else {
                repository.note(
                        space,
                        open.run().id(),
                        told.tenant().id() + " belongs to another partner here and was left out");
            }
        }
        MirrorChanges changes = change(space, tx -> mirror.tenants(tx, own, page.asOf()));
        changes.standings().forEach(standing -> standings.changed(new TenantId(standing.id())));
        if (page.hasMore()) {
            return new Step(at.behind(page.lastId(), page.asOf()), new SyncCounts(own.size(), 0, 0, 0, 0));
        }
        int vanished = vanish(space, tx -> mirror.vanishedTenants(tx, beginOf(at, page)));
        if (vanished > 0) {
            standings.changedEverywhere();
        }
        return new Step(afterTenant(space, null), new SyncCounts(own.size(), 0, 0, 0, vanished));
    }

    private Step users(OpenRun open) throws IOException, InterruptedException, HopelessSync {
        SyncPosition at = open.position();
        TenantId tenant = at.requireTenant();
        var page = scaiKey.users(tenant, at.after()).orElse(null);
        if (page == null) {
            return gone(open);
        }
        requireSound(at, page, open.run().counts().users());
        change(tenant, tx -> mirror.users(tx, page.items(), page.asOf()));
        standings.changed(tenant);
        int read = page.items().size();
        if (page.hasMore()) {
            return new Step(at.behind(page.lastId(), page.asOf()), new SyncCounts(0, read, 0, 0, 0));
        }
        int vanished = vanish(tenant, tx -> mirror.vanishedUsers(tx, beginOf(at, page)));
        standings.changed(tenant);
        return new Step(SyncPosition.groupsOf(tenant), new SyncCounts(0, read, 0, 0, vanished));
    }

    private Step groups(OpenRun open) throws IOException, InterruptedException, HopelessSync {
        SyncPosition at = open.position();
        TenantId tenant = at.requireTenant();
        var page = scaiKey.groups(tenant, at.after()).orElse(null);
        if (page == null) {
            return gone(open);
        }
        requireSound(at, page, open.run().counts().groups());
        change(tenant, tx -> mirror.groups(tx, page.items(), page.asOf()));
        int read = page.items().size();
        if (page.hasMore()) {
            return new Step(at.behind(page.lastId(), page.asOf()), new SyncCounts(0, 0, read, 0, 0));
        }
        int vanished = vanish(tenant, tx -> mirror.vanishedGroups(tx, beginOf(at, page)));
        return new Step(afterGroup(open, tenant, null), new SyncCounts(0, 0, read, 0, vanished));
    }

    private Step members(OpenRun open) throws IOException, InterruptedException, HopelessSync {
        SyncPosition at = open.position();
        TenantId tenant = at.requireTenant();
        GroupId group = at.requireGroup();
        var page = scaiKey.members(tenant, group, at.after()).orElse(null);
        if (page == null) {
            // It went while its tenant was read: the next comparison sees that.
            return new Step(afterGroup(open, tenant, group), SyncCounts.NONE);
        }
        requireSound(at, page, open.run().counts().memberships());
        change(tenant, tx -> mirror.members(tx, group, page.items(), page.asOf()));
        int read = page.items().size();
        if (page.hasMore()) {
            return new Step(at.behind(page.lastId(), page.asOf()), new SyncCounts(0, 0, 0, read, 0));
        }
        int vanished = vanish(tenant, tx -> mirror.vanishedMembers(tx, group, beginOf(at, page)));
        return new Step(afterGroup(open, tenant, group), new SyncCounts(0, 0, 0, read, vanished));
    }

    /** The tenant went while its partner was read. */
    private Step gone(OpenRun open) throws HopelessSync {
        if (!open.run().isOfPartner()) {
            throw unknown("tenant");
        }
        return new Step(afterTenant(open.run().space(), open.position().requireTenant()), SyncCounts.NONE);
    }

    private SyncPosition afterGroup(OpenRun open, TenantId tenant, @Nullable GroupId group) {
        Optional<GroupId> next = repository.nextGroup(tenant, group);
        if (next.isPresent()) {
            return SyncPosition.membersOf(tenant, next.get());
        }
        return open.run().isOfPartner() ? afterTenant(open.run().space(), tenant) : SyncPosition.DONE;
    }

    private SyncPosition afterTenant(TenantId space, @Nullable TenantId tenant) {
        return repository.nextTenant(space, tenant).map(SyncPosition::usersOf).orElse(SyncPosition.DONE);
    }

    private static Instant beginOf(SyncPosition at, ToldPage<?> lastPage) {
        return at.listAsOf() == null ? lastPage.asOf() : at.listAsOf();
    }

    /** A page that was true before the list was begun would make what it names look gone. */
    private void requireSound(SyncPosition at, ToldPage<?> page, int read) throws HopelessSync, IOException {
        if (read >= maxEntries) {
            throw new HopelessSync("ScaiKey's lists have more than " + maxEntries + " entries");
        }
        if (at.listAsOf() != null && page.asOf().isBefore(at.listAsOf())) {
            throw new IOException("as_of goes back from one page of a list to the next");
        }
    }

    private MirrorChanges change(TenantId space, Function<TenantTransaction, MirrorChanges> work) {
        return repository.transactions().inTransaction(space, tx -> {
            MirrorChanges changes = work.apply(tx);
            for (StandingChange standing : changes.standings()) {
                journal.tell(tx, standing);
            }
            return changes;
        });
    }

    private int vanish(TenantId space, Function<TenantTransaction, MirrorChanges> work) {
        int all = 0;
        int last = VANISHED_AT_ONCE;
        while (last == VANISHED_AT_ONCE) {
            last = change(space, work).rows();
            all += last;
        }
        return all;
    }

    /** @param read by this step */
    record Step(SyncPosition next, SyncCounts read) {}
}
