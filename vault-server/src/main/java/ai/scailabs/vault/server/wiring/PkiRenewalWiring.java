package ai.scailabs.vault.server.wiring;

import ai.scailabs.vault.access.decision.AccessControl;
import ai.scailabs.vault.audit.trail.AuditEntries;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.persistence.due.Backoff;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import ai.scailabs.vault.pki.issuance.CertificateRenewals;
import ai.scailabs.vault.pki.issuance.IssuanceService;
import ai.scailabs.vault.pki.issuance.RenewalService;
import ai.scailabs.vault.pki.issuer.AuthorityService;
import ai.scailabs.vault.pki.role.RoleService;
import ai.scailabs.vault.pki.rotation.AuthorityRotations;
import ai.scailabs.vault.pki.timing.RenewalJournal;
import ai.scailabs.vault.pki.timing.RenewalTimes;
import ai.scailabs.vault.server.jobs.RenewalJobs;
import ai.scailabs.vault.server.metrics.RenewalMeters;
import io.micrometer.core.instrument.MeterRegistry;
import java.security.SecureRandom;
import java.time.Clock;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What tenants' own authorities signed, and sign again by themselves. */
@Configuration(proxyBeanMethods = false)
class PkiRenewalWiring {
    @Bean
    RenewalTimes renewalTimes(SecureRandom random) {
        return new RenewalTimes(random);
    }

    @Bean
    RenewalService renewalService(
            TenantTransactions transactions, RoleService roles, AccessControl access, RenewalTimes times) {
        return new RenewalService(transactions, roles, access, times);
    }

    @Bean
    RenewalMeters renewalMeters(MeterRegistry registry) {
        return new RenewalMeters(registry);
    }

    @Bean
    RenewalJournal renewalJournal(TenantTransactions transactions, AuditEntries entries, Ids ids) {
        return new RenewalJournal(transactions, entries, ids);
    }

    /** Absent, which the framework shows as null, where there is no login for jobs. */
    @Bean
    @Nullable
    AuthorityRotations authorityRotations(
            DatabasePools pools,
            TenantTransactions transactions,
            AuthorityService authorities,
            RoleService roles,
            RenewalJournal journal,
            RenewalMeters meters,
            SecureRandom random,
            Clock clock) {
        if (pools.worker() == null) {
            return null;
        }
        return new AuthorityRotations(
                pools.worker(),
                transactions,
                authorities,
                roles,
                new Backoff(random),
                journal,
                meters.authorities(),
                clock);
    }

    /** Absent, which the framework shows as null, where there is no login for jobs. */
    @Bean
    @Nullable
    RenewalJobs renewalJobs(
            DatabasePools pools,
            TenantTransactions transactions,
            IssuanceService certificates,
            RenewalJournal journal,
            ObjectProvider<AuthorityRotations> rotations,
            RenewalMeters meters,
            SecureRandom random,
            Clock clock) {
        AuthorityRotations authorities = rotations.getIfAvailable();
        if (pools.worker() == null || authorities == null) {
            return null;
        }
        return RenewalJobs.start(
                new CertificateRenewals(
                        pools.worker(),
                        transactions,
                        certificates,
                        new Backoff(random),
                        journal,
                        meters.certificates(),
                        clock),
                authorities);
    }
}
