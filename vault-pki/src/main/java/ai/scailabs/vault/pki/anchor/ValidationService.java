package ai.scailabs.vault.pki.anchor;

import ai.scailabs.vault.access.decision.AccessControl;
import ai.scailabs.vault.access.identity.Caller;
import ai.scailabs.vault.access.policy.Permission;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.kernel.path.SecretPath;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import ai.scailabs.vault.pki.revocation.CertificateStatus;
import ai.scailabs.vault.pki.revocation.CertificateStatuses;
import ai.scailabs.vault.pki.validation.KnownStatus;
import ai.scailabs.vault.pki.validation.PathCertificate;
import ai.scailabs.vault.pki.validation.PathReport;
import ai.scailabs.vault.pki.validation.PathValidator;
import ai.scailabs.vault.pki.validation.PolicyInputs;
import ai.scailabs.vault.pki.validation.ValidationQuestion;
import ai.scailabs.vault.pki.validation.ValidationRules;
import ai.scailabs.vault.pki.x509.SerialNumber;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Predicate;

/**
 * Validates certificates against the trust anchors that a caller may read, and the tenant's own roots among them: what was issued here validates without its root being pasted back in. The status of what own authorities
 * issued is what the database says at that moment; of others, what the CRLs of the request say. Thread-safe.
 */
public final class ValidationService {
    private final TrustAnchorRepository repository;
    private final CertificateStatuses statuses;
    private final AccessControl access;
    private final Clock clock;
    private final PathValidator validator = new PathValidator(ValidationRules.STRICT);

    public ValidationService(
            TenantTransactions transactions, CertificateStatuses statuses, AccessControl access, Clock clock) {
        this.repository = new TrustAnchorRepository(transactions);
        this.statuses = statuses;
        this.access = access;
        this.clock = clock;
    }

    /** @throws VaultException {@code validation_error} for what cannot be read; {@code trust_anchor_not_found} */
    public ValidationVerdict validate(Caller caller, TenantId tenant, ValidationRequest request) {
        ValidationForm form = ValidationForm.of(request);
        Map<PathCertificate, String> anchors = anchors(caller, tenant, request);
        PathReport report = validator.validate(new ValidationQuestion(
                form.certificate(),
                form.pool(),
                List.copyOf(anchors.keySet()),
                request.at() == null ? clock.instant() : request.at(),
                form.names(),
                form.usage(),
                PolicyInputs.ANY,
                request.checkRevocation(),
                form.crls(),
                (certificate, issuer) -> status(tenant, certificate, issuer)));
        return new ValidationVerdict(
                report.isValid(), report.chain(), anchors.get(report.chain().getLast()), report.errors());
    }

    /** What counts, by the name under which it does. */
    private Map<PathCertificate, String> anchors(Caller caller, TenantId tenant, ValidationRequest request) {
        Predicate<SecretPath> readable = access.managed(caller, Permission.READ);
        Set<String> wanted = request.trustAnchors() == null ? null : new HashSet<>(request.trustAnchors());
        Map<PathCertificate, String> anchors = new LinkedHashMap<>();
        List<String> found = new ArrayList<>();
        for (TrustAnchor each : repository.page(tenant, new UUID(0, 0), TrustAnchorService.MAX_ANCHORS)) {
            if (readable.test(each.virtualPath()) && (wanted == null || wanted.contains(each.name()))) {
                anchors.putIfAbsent(each.certificate(), each.name());
                found.add(each.name());
            }
        }
        for (OwnAuthority each : repository.ownRoots(tenant)) {
            if (readable.test(each.virtualPath()) && (wanted == null || wanted.contains(each.idText()))) {
                PathCertificate.read(each.certificate())
                        .ifPresent(certificate -> anchors.putIfAbsent(certificate, each.idText()));
                found.add(each.idText());
            }
        }
        if (wanted != null && !found.containsAll(wanted)) {
            throw TrustAnchorService.notFound();
        }
        return anchors;
    }

    /** By the issuer's key: its name alone says nothing. */
    private Optional<KnownStatus.Status> status(TenantId tenant, PathCertificate certificate, PathCertificate issuer) {
        byte[] keyId = issuer.keyIdentifier().orElse(new byte[0]);
        if (keyId.length == 0) {
            return Optional.empty();
        }
        return repository.holders(tenant, keyId).stream()
                .filter(holder -> PathCertificate.read(holder.certificate())
                        .filter(issuer::hasSameKey)
                        .isPresent())
                .findFirst()
                .map(holder -> status(tenant, holder.authority(), certificate));
    }

    private KnownStatus.Status status(TenantId tenant, UUID authority, PathCertificate certificate) {
        if (certificate.serial().signum() <= 0 || certificate.serial().bitLength() >= SerialNumber.MAX_OCTETS * 8) {
            return new KnownStatus.UnknownNumber();
        }
        return switch (statuses.status(tenant, authority, new SerialNumber(certificate.serial()))) {
            case CertificateStatus.Good _ -> new KnownStatus.Good();
            case CertificateStatus.Revoked revoked ->
                new KnownStatus.Revoked(revoked.at(), revoked.reason().wireName());
            case CertificateStatus.NeverIssued _ -> new KnownStatus.UnknownNumber();
        };
    }
}
