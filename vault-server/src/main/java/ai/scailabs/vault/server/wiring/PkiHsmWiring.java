package ai.scailabs.vault.server.wiring;

import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import ai.scailabs.vault.pki.hsm.HsmAuthorityKeys;
import ai.scailabs.vault.pki.hsm.HsmKeyDisposal;
import ai.scailabs.vault.pki.issuer.AuthorityKeys;
import ai.scailabs.vault.pki.issuer.KeyPairs;
import ai.scailabs.vault.pki.x509.SignatureProvider;
import ai.scailabs.vault.server.jobs.HsmJobs;
import ai.scailabs.vault.server.settings.ServerSettings;
import ai.scailabs.vault.tenancy.keyring.TenantSeal;
import io.micrometer.core.instrument.MeterRegistry;
import java.security.SecureRandom;
import java.time.Clock;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Where keys of authorities lie: sealed, or in an HSM. */
@Configuration(proxyBeanMethods = false)
class PkiHsmWiring {
    /** Closed with the context. */
    @Bean
    AuthorityHsm authorityHsm(ServerSettings settings, MeterRegistry registry) {
        return AuthorityHsm.open(settings.pki().hsm(), registry);
    }

    @Bean
    HsmAuthorityKeys hsmAuthorityKeys(
            AuthorityHsm hsm, TenantTransactions transactions, SecureRandom random, Clock clock) {
        return new HsmAuthorityKeys(hsm.keys(), transactions, random, clock);
    }

    @Bean
    AuthorityKeys authorityKeys(
            KeyPairs keyPairs,
            SignatureProvider signatures,
            TenantSeal seal,
            HsmAuthorityKeys hsm,
            ServerSettings settings) {
        return new AuthorityKeys(
                keyPairs,
                signatures,
                new SealedKeys(seal, SealedKeys.CA_SIGNING),
                hsm,
                settings.pki().keyStorage());
    }

    /** Absent, which the framework shows as null, where there is no login for jobs. */
    @Bean
    @Nullable
    HsmKeyDisposal hsmKeyDisposal(
            DatabasePools pools, TenantTransactions transactions, HsmAuthorityKeys keys, Clock clock) {
        return pools.worker() == null ? null : new HsmKeyDisposal(pools.worker(), transactions, keys, clock);
    }

    @Bean
    @Nullable
    HsmJobs hsmJobs(ObjectProvider<HsmKeyDisposal> disposal) {
        HsmKeyDisposal present = disposal.getIfAvailable();
        return present == null ? null : HsmJobs.start(present);
    }
}
