package ai.scailabs.vault.server.wiring;

import ai.scailabs.vault.access.decision.AccessControl;
import ai.scailabs.vault.audit.trail.AuditEntries;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import ai.scailabs.vault.pki.issuance.CertificateRenewals;
import ai.scailabs.vault.pki.issuance.IssuanceService;
import ai.scailabs.vault.pki.issuance.RenewalService;
import ai.scailabs.vault.pki.issuance.RenewalTally;
import ai.scailabs.vault.pki.role.RoleService;
import ai.scailabs.vault.pki.timing.Backoff;
import ai.scailabs.vault.pki.timing.RenewalTimes;
import ai.scailabs.vault.server.jobs.RenewalJobs;
import ai.scailabs.vault.server.metrics.RenewalMeters;
import io.micrometer.core.instrument.MeterRegistry;
import java.security.SecureRandom;
import java.time.Clock;
import org.jspecify.annotations.Nullable;
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
    RenewalTally renewalTally(MeterRegistry registry) {
        return new RenewalMeters(registry);
    }

    /** Absent, which the framework shows as null, where there is no login for jobs. */
    @Bean
    @Nullable
    RenewalJobs renewalJobs(
            DatabasePools pools,
            TenantTransactions transactions,
            IssuanceService certificates,
            AuditEntries entries,
            Ids ids,
            RenewalTally tally,
            SecureRandom random,
            Clock clock) {
        if (pools.worker() == null) {
            return null;
        }
        return RenewalJobs.start(new CertificateRenewals(
                pools.worker(), transactions, certificates, new Backoff(random), entries, ids, tally, clock));
    }
}
