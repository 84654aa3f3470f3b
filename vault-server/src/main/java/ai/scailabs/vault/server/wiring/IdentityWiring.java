package ai.scailabs.vault.server.wiring;

import ai.scailabs.vault.access.revocation.RevocationService;
import ai.scailabs.vault.access.token.IssuerHttp;
import ai.scailabs.vault.access.token.TokenProperties;
import ai.scailabs.vault.audit.trail.AuditEntries;
import ai.scailabs.vault.identity.directory.IdentityDirectory;
import ai.scailabs.vault.identity.event.EventIntake;
import ai.scailabs.vault.identity.mirror.Mirror;
import ai.scailabs.vault.identity.role.RoleService;
import ai.scailabs.vault.identity.scaikey.ScaiKeyDirectory;
import ai.scailabs.vault.identity.sync.SyncService;
import ai.scailabs.vault.identity.sync.SyncWorker;
import ai.scailabs.vault.kernel.id.IdentityId;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import ai.scailabs.vault.server.jobs.IdentitySync;
import ai.scailabs.vault.server.metrics.IdentityMeters;
import ai.scailabs.vault.server.settings.ServerSettings;
import ai.scailabs.vault.tenancy.tenant.TenantRegistry;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What ScaiKey tells, and what is asked of it. */
@Configuration(proxyBeanMethods = false)
class IdentityWiring {
    private static final IdentityId SCAIKEY = new IdentityId("system:scaikey");

    @Bean
    IdentityDirectory identityDirectory(TenantTransactions transactions) {
        return new IdentityDirectory(transactions);
    }

    @Bean
    RoleService roleService(TenantTransactions transactions, RevocationService standings, Clock clock) {
        return new RoleService(transactions, standings, clock);
    }

    @Bean
    Mirror mirror(RevocationService revocations, Clock clock) {
        return new Mirror(
                (tx, identity, issuedBy) -> revocations.revokeIdentity(tx, identity, issuedBy, SCAIKEY), clock);
    }

    @Bean
    EventIntake eventIntake(
            ServerSettings settings,
            TenantTransactions transactions,
            TenantRegistry tenants,
            RevocationService standings,
            Mirror mirror,
            Clock clock) {
        return new EventIntake(settings.identity().secrets(), transactions, tenants, standings, mirror, clock);
    }

    @Bean
    SyncService syncService(ServerSettings settings, TenantTransactions transactions, Ids ids, Clock clock) {
        return new SyncService(transactions, ids, clock, settings.scaiKey().introspection() != null);
    }

    /** Closed with the context. */
    @Bean
    IssuerHttp directoryHttp() {
        return new IssuerHttp();
    }

    /** Absent, which the framework shows as null, where there is no login for jobs or no client to ask ScaiKey with. */
    @Bean
    @Nullable
    SyncWorker syncWorker(
            ServerSettings settings,
            DatabasePools pools,
            IssuerHttp directoryHttp,
            TenantTransactions transactions,
            Mirror mirror,
            TenantRegistry tenants,
            RevocationService standings,
            AuditEntries entries,
            Ids ids,
            Clock clock) {
        TokenProperties.Introspection client = settings.scaiKey().introspection();
        if (pools.worker() == null || client == null) {
            return null;
        }
        return new SyncWorker(
                pools.worker(),
                transactions,
                new ScaiKeyDirectory(directoryHttp, settings.identity().directory(), client, clock),
                mirror,
                tenants,
                standings,
                entries,
                settings.identity().sync(),
                ids,
                clock);
    }

    @Bean
    @Nullable
    IdentitySync identitySync(ObjectProvider<SyncWorker> worker) {
        SyncWorker present = worker.getIfAvailable();
        return present == null ? null : IdentitySync.start(present);
    }

    @Bean
    IdentityMeters identityMeters(MeterRegistry registry, EventIntake intake, ObjectProvider<SyncWorker> worker) {
        return new IdentityMeters(registry, intake, worker.getIfAvailable());
    }
}
