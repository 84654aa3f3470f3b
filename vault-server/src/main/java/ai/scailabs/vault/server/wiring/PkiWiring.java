package ai.scailabs.vault.server.wiring;

import ai.scailabs.vault.access.decision.AccessControl;
import ai.scailabs.vault.audit.trail.AuditEntries;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import ai.scailabs.vault.pki.anchor.TrustAnchorService;
import ai.scailabs.vault.pki.anchor.ValidationService;
import ai.scailabs.vault.pki.inventory.CertificateInventory;
import ai.scailabs.vault.pki.issuance.IssuanceService;
import ai.scailabs.vault.pki.issuance.KeptKeys;
import ai.scailabs.vault.pki.issuer.AuthorityCertification;
import ai.scailabs.vault.pki.issuer.AuthorityCreation;
import ai.scailabs.vault.pki.issuer.AuthorityImport;
import ai.scailabs.vault.pki.issuer.AuthorityKeys;
import ai.scailabs.vault.pki.issuer.AuthorityRotation;
import ai.scailabs.vault.pki.issuer.AuthorityService;
import ai.scailabs.vault.pki.issuer.CrlLocations;
import ai.scailabs.vault.pki.issuer.CrossSigning;
import ai.scailabs.vault.pki.issuer.Issuance;
import ai.scailabs.vault.pki.issuer.KeyPairs;
import ai.scailabs.vault.pki.issuer.PublicUrls;
import ai.scailabs.vault.pki.ocsp.OcspService;
import ai.scailabs.vault.pki.ocsp.PublishedCertificates;
import ai.scailabs.vault.pki.ocsp.ResponderCertificates;
import ai.scailabs.vault.pki.request.RequestService;
import ai.scailabs.vault.pki.request.SettingsService;
import ai.scailabs.vault.pki.revocation.CertificateStatuses;
import ai.scailabs.vault.pki.revocation.RevocationService;
import ai.scailabs.vault.pki.revocation.RevocationTargets;
import ai.scailabs.vault.pki.role.RoleService;
import ai.scailabs.vault.pki.timing.RenewalTimes;
import ai.scailabs.vault.pki.x509.CertificateLint;
import ai.scailabs.vault.pki.x509.CertificateSigner;
import ai.scailabs.vault.pki.x509.HsmSignatures;
import ai.scailabs.vault.pki.x509.JavaSignatures;
import ai.scailabs.vault.pki.x509.SignatureProvider;
import ai.scailabs.vault.server.settings.ServerSettings;
import ai.scailabs.vault.tenancy.keyring.TenantSeal;
import java.security.SecureRandom;
import java.time.Clock;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Certificate authorities, and what they sign. */
@Configuration(proxyBeanMethods = false)
class PkiWiring {
    @Bean
    KeyPairs keyPairs(SignatureProvider signatures, SecureRandom random) {
        return new KeyPairs(
                signatures, random, KeyPairs.threadsBeside(Runtime.getRuntime().availableProcessors()));
    }

    @Bean
    CertificateLint certificateLint() {
        return new CertificateLint();
    }

    @Bean
    SignatureProvider signatures() {
        return new HsmSignatures(JavaSignatures.fastest());
    }

    @Bean
    CertificateSigner certificateSigner(SignatureProvider signatures) {
        return new CertificateSigner(signatures);
    }

    @Bean
    Issuance issuance(
            TenantTransactions transactions,
            AuthorityKeys keys,
            CertificateSigner signer,
            PublicUrls urls,
            Clock clock,
            Ids ids,
            SecureRandom random) {
        return new Issuance(transactions, keys, signer, urls, clock, ids, random);
    }

    @Bean
    PublicUrls publicUrls(ServerSettings settings) {
        return new PublicUrls(settings.pki().publicUrl());
    }

    @Bean
    AuthorityService authorityService(
            TenantTransactions transactions,
            AuthorityKeys keys,
            Issuance issuance,
            CertificateLint lint,
            CertificateSigner signer,
            SignatureProvider signatures,
            AccessControl access,
            CrlLocations locations,
            Clock clock,
            Ids ids) {
        AuthorityCreation creation = new AuthorityCreation(keys, issuance, lint, signer, signatures, ids);
        return new AuthorityService(transactions, creation, access, locations, clock);
    }

    @Bean
    AuthorityCertification authorityCertification(AuthorityService authorities, SignatureProvider signatures, Ids ids) {
        return new AuthorityCertification(authorities, signatures, ids);
    }

    @Bean
    AuthorityRotation authorityRotation(AuthorityService authorities) {
        return new AuthorityRotation(authorities);
    }

    @Bean
    CrossSigning crossSigning(
            AuthorityService authorities, Issuance issuance, CertificateLint lint, SecureRandom random) {
        return new CrossSigning(authorities, issuance, lint, random);
    }

    @Bean
    AuthorityImport authorityImport(
            AuthorityService authorities, AuthorityCertification certification, SignatureProvider signatures) {
        return new AuthorityImport(authorities, certification, signatures);
    }

    @Bean
    CertificateStatuses certificateStatuses(TenantTransactions transactions) {
        return new CertificateStatuses(transactions);
    }

    @Bean
    PublishedCertificates publishedCertificates(TenantTransactions transactions, CertificateStatuses statuses) {
        return new PublishedCertificates(transactions, statuses);
    }

    @Bean
    OcspService ocspService(
            TenantTransactions transactions,
            CertificateStatuses statuses,
            Issuance issuance,
            CertificateLint lint,
            SignatureProvider signatures,
            AuditEntries entries,
            Ids ids,
            SecureRandom random,
            Clock clock) {
        return new OcspService(
                transactions,
                statuses,
                new ResponderCertificates(issuance, lint, entries, ids, random, clock),
                signatures,
                clock,
                Runtime.getRuntime().availableProcessors());
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
            KeptKeys keptKeys,
            SecureRandom random,
            Clock clock) {
        int processors = Runtime.getRuntime().availableProcessors();
        return new IssuanceService(roles, issuance, lint, signatures, keyPairs, keptKeys, random, clock, processors);
    }

    @Bean
    KeptKeys keptKeys(
            TenantTransactions transactions,
            TenantSeal seal,
            Issuance issuance,
            AccessControl access,
            RenewalTimes times,
            Clock clock) {
        return new KeptKeys(transactions, new SealedKeys(seal, SealedKeys.CERTIFICATE), issuance, access, times, clock);
    }

    @Bean
    RequestService requestService(
            TenantTransactions transactions,
            IssuanceService certificates,
            Issuance issuance,
            AuthorityService authorities,
            RoleService roles,
            SignatureProvider signatures,
            AccessControl access,
            Clock clock,
            Ids ids) {
        return new RequestService(
                transactions, certificates, issuance, authorities, roles, signatures, access, clock, ids);
    }

    @Bean
    SettingsService pkiSettingsService(TenantTransactions transactions, AccessControl access, Clock clock) {
        return new SettingsService(transactions, access, clock);
    }

    @Bean
    RevocationService certificateRevocationService(
            TenantTransactions transactions,
            CertificateStatuses statuses,
            SignatureProvider signatures,
            AuthorityService authorities,
            AccessControl access,
            Clock clock) {
        RevocationTargets targets = new RevocationTargets(transactions, statuses, signatures);
        return new RevocationService(transactions, targets, statuses, authorities, access, clock);
    }

    @Bean
    CertificateInventory certificateInventory(TenantTransactions transactions, AccessControl access, Clock clock) {
        return new CertificateInventory(transactions, access, clock);
    }

    @Bean
    TrustAnchorService trustAnchorService(TenantTransactions transactions, AccessControl access, Clock clock, Ids ids) {
        return new TrustAnchorService(transactions, access, clock, ids);
    }

    @Bean
    ValidationService validationService(
            TenantTransactions transactions, CertificateStatuses statuses, AccessControl access, Clock clock) {
        return new ValidationService(transactions, statuses, access, clock);
    }
}
