package ai.scailabs.vault.server.wiring;

import ai.scailabs.vault.access.decision.AccessControl;
import ai.scailabs.vault.crypto.envelope.KeySeal;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import ai.scailabs.vault.pki.issuance.IssuanceService;
import ai.scailabs.vault.pki.issuer.AuthorityCreation;
import ai.scailabs.vault.pki.issuer.AuthorityService;
import ai.scailabs.vault.pki.issuer.Issuance;
import ai.scailabs.vault.pki.issuer.KeyPairs;
import ai.scailabs.vault.pki.role.RoleService;
import ai.scailabs.vault.pki.x509.CertificateLint;
import ai.scailabs.vault.pki.x509.CertificateSigner;
import ai.scailabs.vault.pki.x509.NativeSignatures;
import ai.scailabs.vault.pki.x509.SignatureProvider;
import ai.scailabs.vault.tenancy.keyring.TenantSeal;
import java.security.SecureRandom;
import java.time.Clock;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Certificate authorities, and what they sign. */
@Configuration(proxyBeanMethods = false)
class PkiWiring {
    @Bean
    KeyPairs keyPairs(SecureRandom random) {
        return new KeyPairs(random, KeyPairs.threadsBeside(Runtime.getRuntime().availableProcessors()));
    }

    @Bean
    CertificateLint certificateLint() {
        return new CertificateLint();
    }

    @Bean
    SignatureProvider signatures() {
        return NativeSignatures.orRuntime();
    }

    @Bean
    CertificateSigner certificateSigner(SignatureProvider signatures) {
        return new CertificateSigner(signatures);
    }

    @Bean
    Issuance issuance(
            TenantTransactions transactions,
            TenantSeal seal,
            CertificateSigner signer,
            Clock clock,
            Ids ids,
            SecureRandom random) {
        return new Issuance(transactions, authorityKeys(seal), signer, clock, ids, random);
    }

    private static KeySeal authorityKeys(TenantSeal seal) {
        return new SealedKeys(seal, SealedKeys.CA_SIGNING);
    }

    @Bean
    AuthorityService authorityService(
            TenantTransactions transactions,
            TenantSeal seal,
            KeyPairs keyPairs,
            Issuance issuance,
            CertificateLint lint,
            CertificateSigner signer,
            AccessControl access,
            Clock clock,
            Ids ids,
            SecureRandom random) {
        AuthorityCreation creation =
                new AuthorityCreation(keyPairs, authorityKeys(seal), issuance, lint, signer, ids, random);
        return new AuthorityService(transactions, creation, access, clock);
    }

    @Bean
    RoleService pkiRoleService(
            TenantTransactions transactions, AuthorityService authorities, AccessControl access, Clock clock) {
        return new RoleService(transactions, authorities, access, clock);
    }

    @Bean
    IssuanceService issuanceService(
            RoleService roles,
            Issuance issuance,
            CertificateLint lint,
            SignatureProvider signatures,
            KeyPairs keyPairs,
            SecureRandom random,
            Clock clock) {
        return new IssuanceService(roles, issuance, lint, signatures, keyPairs, random, clock);
    }
}
