package ai.scailabs.vault.server.wiring;

import ai.scailabs.vault.access.decision.AccessControl;
import ai.scailabs.vault.access.revocation.RevocationList;
import ai.scailabs.vault.audit.trail.AuditEntries;
import ai.scailabs.vault.audit.trail.AuditTrail;
import ai.scailabs.vault.credentials.connector.AccountNames;
import ai.scailabs.vault.credentials.connector.TargetLimits;
import ai.scailabs.vault.credentials.connector.TargetNetwork;
import ai.scailabs.vault.credentials.connector.vendor.VendorTargets;
import ai.scailabs.vault.credentials.dynamic.EngineRemoval;
import ai.scailabs.vault.credentials.dynamic.EngineService;
import ai.scailabs.vault.credentials.dynamic.EngineTargets;
import ai.scailabs.vault.credentials.dynamic.EngineTypes;
import ai.scailabs.vault.credentials.dynamic.RoleService;
import ai.scailabs.vault.credentials.dynamic.RootLogins;
import ai.scailabs.vault.credentials.dynamic.aws.AwsEngines;
import ai.scailabs.vault.credentials.dynamic.azure.AzureEngines;
import ai.scailabs.vault.credentials.dynamic.custom.CustomEngines;
import ai.scailabs.vault.credentials.dynamic.database.DatabaseEngines;
import ai.scailabs.vault.credentials.dynamic.gcp.GcpEngines;
import ai.scailabs.vault.credentials.dynamic.ssh.AuthorityKeys;
import ai.scailabs.vault.credentials.dynamic.ssh.SshEngines;
import ai.scailabs.vault.credentials.generator.Generators;
import ai.scailabs.vault.credentials.lease.LeaseEnding;
import ai.scailabs.vault.credentials.lease.LeaseGrants;
import ai.scailabs.vault.credentials.lease.LeaseListener;
import ai.scailabs.vault.credentials.lease.LeaseService;
import ai.scailabs.vault.credentials.lease.LeaseWorker;
import ai.scailabs.vault.credentials.lease.SshServers;
import ai.scailabs.vault.credentials.login.TargetLogins;
import ai.scailabs.vault.credentials.recipe.MadeValues;
import ai.scailabs.vault.credentials.recipe.SecretPolicyService;
import ai.scailabs.vault.credentials.rotation.AttachmentService;
import ai.scailabs.vault.credentials.rotation.RotationListener;
import ai.scailabs.vault.credentials.rotation.RotationPolicyService;
import ai.scailabs.vault.credentials.rotation.RotationService;
import ai.scailabs.vault.credentials.rotation.RotationSteps;
import ai.scailabs.vault.credentials.rotation.RotationWorker;
import ai.scailabs.vault.crypto.envelope.EnvelopeCipher;
import ai.scailabs.vault.crypto.keyring.TenantKeyrings;
import ai.scailabs.vault.events.webhook.WebhookService;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.outbound.http.GuardedTransfers;
import ai.scailabs.vault.persistence.due.Backoff;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import ai.scailabs.vault.pki.selfsigned.SelfSignedCertificate;
import ai.scailabs.vault.secrets.lifecycle.AccessTimes;
import ai.scailabs.vault.secrets.mount.Mounts;
import ai.scailabs.vault.secrets.secret.SecretService;
import ai.scailabs.vault.server.jobs.LeaseJobs;
import ai.scailabs.vault.server.jobs.RotationJobs;
import ai.scailabs.vault.server.jobs.RotationQueue;
import ai.scailabs.vault.server.metrics.LeaseMeters;
import ai.scailabs.vault.server.metrics.RotationMeters;
import ai.scailabs.vault.server.settings.ServerSettings;
import ai.scailabs.vault.server.settings.TargetSettings;
import ai.scailabs.vault.tenancy.keyring.TenantSeal;
import io.micrometer.core.instrument.MeterRegistry;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Secrets that are made here, and that change themselves. */
@Configuration(proxyBeanMethods = false)
class CredentialWiring {
    @Bean
    Generators generators(SecureRandom random, Clock clock) {
        return new Generators(random, clock);
    }

    @Bean
    SecretPolicyService secretPolicyService(
            TenantTransactions transactions, Generators generators, Clock clock, Ids ids) {
        return new SecretPolicyService(transactions, generators, clock, ids);
    }

    @Bean
    MadeValues madeValues(SecretService secrets, Generators generators) {
        return new MadeValues(secrets.renewal(), generators);
    }

    /** Closed with the context. */
    @Bean
    VendorTargets targets(ServerSettings settings, SecureRandom random) {
        TargetSettings targets = settings.targets();
        return new VendorTargets(
                new TargetNetwork(
                        OutboundRules.addresses(settings, targets.addresses()),
                        OutboundRules.trust(targets.caFile()),
                        TargetLimits.DEFAULT),
                random);
    }

    /** To targets that are asked over HTTP. */
    @Bean
    GuardedTransfers targetTransfers(ServerSettings settings) {
        TargetSettings targets = settings.targets();
        return new GuardedTransfers(
                OutboundRules.addresses(settings, targets.addresses()),
                OutboundRules.authorities(targets.caFile()),
                settings.development());
    }

    @Bean
    TargetLogins targetLogins(
            TenantTransactions transactions,
            AccessControl access,
            TenantKeyrings keyrings,
            EnvelopeCipher cipher,
            AccessTimes accessTimes,
            AuditTrail trail,
            AuditEntries entries,
            Ids ids,
            Clock clock) {
        SecretService ownSecrets =
                new SecretService(transactions, access, keyrings, cipher, accessTimes, Mounts.NONE, clock);
        return new TargetLogins(access, ownSecrets, trail, entries, ids);
    }

    @Bean
    RotationMeters rotationMeters(MeterRegistry registry) {
        return new RotationMeters(registry);
    }

    @Bean
    RotationSteps rotationSteps(
            TenantTransactions transactions,
            SecretPolicyService recipes,
            MadeValues values,
            SecretService secrets,
            TenantSeal seal,
            TargetLogins logins,
            VendorTargets targets,
            GuardedTransfers targetTransfers,
            AccessControl access,
            RevocationList revocations,
            AuditEntries entries,
            RotationListener listener,
            SecureRandom random,
            Clock clock,
            Ids ids) {
        return new RotationSteps(
                transactions,
                recipes,
                values,
                secrets.renewal(),
                new SealedKeys(seal, SealedKeys.ROTATION),
                logins,
                targets,
                targetTransfers,
                access,
                revocations,
                entries,
                new Backoff(random),
                listener,
                clock,
                ids);
    }

    @Bean
    RotationPolicyService rotationPolicyService(
            TenantTransactions transactions,
            SecretPolicyService recipes,
            WebhookService webhooks,
            Clock clock,
            Ids ids) {
        return new RotationPolicyService(transactions, recipes, webhooks::exists, clock, ids);
    }

    @Bean
    AttachmentService attachmentService(
            TenantTransactions transactions,
            RotationSteps steps,
            AccessControl access,
            Mounts mounts,
            ServerSettings settings,
            Clock clock,
            Ids ids) {
        return new AttachmentService(transactions, steps, access, mounts, settings.development(), clock, ids);
    }

    @Bean
    RotationService rotationService(
            TenantTransactions transactions, RotationSteps steps, AccessControl access, Clock clock, Ids ids) {
        return new RotationService(transactions, steps, access, clock, ids);
    }

    @Bean
    AuthorityKeys sshAuthorityKeys(TenantTransactions transactions, TenantSeal seal) {
        return new AuthorityKeys(transactions, new SealedKeys(seal, SealedKeys.SSH_SIGNING));
    }

    /** All kinds of engines: to have another, add it here. */
    @Bean
    EngineTypes engineTypes(
            TargetLogins logins,
            VendorTargets targets,
            GuardedTransfers targetTransfers,
            MadeValues values,
            AuthorityKeys sshKeys,
            ServerSettings settings,
            SecureRandom random,
            Clock clock) {
        RootLogins roots = new RootLogins(logins, clock);
        AccountNames names = new AccountNames(random);
        return new EngineTypes(List.of(
                new DatabaseEngines(targets, roots, values, names, settings.development()),
                new AwsEngines(targetTransfers, roots, names, settings.development()),
                new AzureEngines(targetTransfers, roots, names, settings.development(), clock),
                new GcpEngines(
                        targetTransfers,
                        roots,
                        names,
                        SelfSignedCertificate::pem,
                        random,
                        settings.development(),
                        clock),
                new CustomEngines(targetTransfers, roots, names, settings.development(), clock),
                new SshEngines(sshKeys, random, clock)));
    }

    @Bean
    EngineTargets engineTargets(TenantTransactions transactions, EngineTypes types) {
        return new EngineTargets(transactions, types);
    }

    @Bean
    EngineService engineService(
            TenantTransactions transactions,
            EngineTypes types,
            EngineTargets targets,
            AccessControl access,
            Clock clock,
            Ids ids) {
        return new EngineService(transactions, types, targets, access, clock, ids);
    }

    @Bean
    EngineRemoval engineRemoval(TenantTransactions transactions) {
        return new EngineRemoval(transactions);
    }

    @Bean
    RoleService dynamicRoleService(
            TenantTransactions transactions,
            EngineService engines,
            EngineTypes types,
            AccessControl access,
            Clock clock,
            Ids ids) {
        return new RoleService(transactions, engines, types, access, clock, ids);
    }

    @Bean
    LeaseMeters leaseMeters(MeterRegistry registry) {
        return new LeaseMeters(registry);
    }

    @Bean
    LeaseEnding leaseEnding(
            TenantTransactions transactions,
            EngineService engines,
            EngineTargets targets,
            EngineRemoval removal,
            AuditEntries entries,
            SecureRandom random,
            LeaseListener listener,
            Ids ids) {
        return new LeaseEnding(transactions, engines, targets, removal, entries, new Backoff(random), listener, ids);
    }

    @Bean
    LeaseGrants leaseGrants(
            LeaseEnding ending,
            EngineService engines,
            RoleService roles,
            EngineTargets targets,
            AccessControl access,
            LeaseListener listener,
            ServerSettings settings,
            Ids ids) {
        return new LeaseGrants(
                ending,
                engines,
                roles,
                targets,
                access,
                listener,
                settings.targets().mostLeases(),
                ids);
    }

    @Bean
    LeaseService leaseService(
            LeaseEnding ending,
            EngineService engines,
            RoleService roles,
            EngineTargets targets,
            EngineRemoval removal,
            AccessControl access,
            LeaseListener listener) {
        return new LeaseService(ending, engines, roles, targets, removal, access, listener);
    }

    @Bean
    SshServers sshServers(
            LeaseEnding ending,
            AuthorityKeys keys,
            EngineService engines,
            AccessControl access,
            LeaseListener listener) {
        return new SshServers(ending, keys, engines, access, listener);
    }

    /** Absent, which the framework shows as null, where there is no login for jobs. */
    @Bean
    @Nullable
    LeaseJobs leaseJobs(DatabasePools pools, LeaseEnding ending, LeaseMeters meters) {
        return pools.worker() == null
                ? null
                : LeaseJobs.start(new LeaseWorker(pools.worker(), ending), meters::standings);
    }

    /** Absent, which the framework shows as null, where there is no login for jobs. */
    @Bean
    @Nullable
    RotationJobs rotationJobs(
            DatabasePools pools, TenantTransactions transactions, RotationSteps steps, RotationMeters meters, Ids ids) {
        return pools.worker() == null
                ? null
                : RotationJobs.start(
                        new RotationWorker(pools.worker(), transactions, steps, ids),
                        new RotationQueue(pools.worker()),
                        meters::waiting);
    }
}
