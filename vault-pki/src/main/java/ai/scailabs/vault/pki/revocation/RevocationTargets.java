package ai.scailabs.vault.pki.revocation;

import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.kernel.path.SecretPath;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import ai.scailabs.vault.pki.issuer.CertificateAuthority;
import ai.scailabs.vault.pki.x509.IssuerView;
import ai.scailabs.vault.pki.x509.Issuers;
import ai.scailabs.vault.pki.x509.KeySpec;
import ai.scailabs.vault.pki.x509.PresentedCertificate;
import ai.scailabs.vault.pki.x509.SerialNumber;
import ai.scailabs.vault.pki.x509.SignatureProvider;
import ai.scailabs.vault.pki.x509.SignatureScheme;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Finds the certificate that a caller means: by its number, or by itself where it is shown. Thread-safe. */
public final class RevocationTargets {
    /** Stands for certificates that are not there: it is the name of no authority. */
    static final SecretPath NOBODYS = CertificateAuthority.virtualPath("-");

    private final RevocationRepository repository;
    private final CertificateStatuses statuses;
    private final SignatureProvider signatures;

    public RevocationTargets(
            TenantTransactions transactions, CertificateStatuses statuses, SignatureProvider signatures) {
        this.repository = new RevocationRepository(transactions);
        this.statuses = statuses;
        this.signatures = signatures;
    }

    /**
     * Null when there is none.
     *
     * @param permitted what the caller may change: of several, only those are told of
     * @throws VaultException {@code validation_error}; {@code ca_not_found}; {@code conflict} when several have the number
     */
    @Nullable
    Target find(TenantId tenant, RevocationOrder order, Predicate<SecretPath> permitted) {
        String number = order.serialNumber();
        String pem = order.certificatePem();
        if ((number == null) == (pem == null)) {
            throw VaultException.invalidField("serial_number", "or certificate_pem is required, and not both");
        }
        UUID authority = order.caId() == null
                ? null
                : CertificateAuthority.parseId(order.caId())
                        .orElseThrow(() -> VaultException.invalidField(
                                "ca_id", "must be the id of a certificate authority, ca_…"));
        if (pem != null) {
            return shown(tenant, pem, authority);
        }
        SerialNumber serial = SerialNumber.parse(number == null ? "" : number)
                .orElseThrow(() -> VaultException.invalidField(
                        "serial_number", "must be hexadecimal digits, at most 20 octets, as any tool prints them"));
        List<Target> found = repository.targets(tenant, serial, authority).stream()
                .filter(target -> target.virtualPaths().stream().anyMatch(permitted))
                .toList();
        if (found.size() > 1) {
            throw new VaultException(
                    ErrorCode.CONFLICT,
                    "Several authorities gave this number: say which by ca_id",
                    Map.of(
                            "state",
                            "ambiguous",
                            "ca_ids",
                            found.stream()
                                    .map(target -> CertificateAuthority.idText(target.authority()))
                                    .toList()));
        }
        return found.isEmpty() ? null : found.getFirst();
    }

    /** Whose signature it bears decides whose it is, and nothing that it says. */
    private @Nullable Target shown(TenantId tenant, String pem, @Nullable UUID authority) {
        PresentedCertificate certificate = PresentedCertificate.parse(pem)
                .orElseThrow(() -> VaultException.invalidField("certificate_pem", "must be one certificate in PEM"));
        byte[] keyId = certificate
                .issuerKeyId()
                .orElseThrow(() -> VaultException.invalidField(
                        "certificate_pem", "must be a certificate that names the key of its issuer"));
        for (RevocationRepository.KeyHolder holder : repository.holders(tenant, keyId)) {
            boolean meant = authority == null || authority.equals(holder.authority());
            if (meant && certificate.isSignedBy(view(holder), signatures)) {
                return target(tenant, certificate, holder);
            }
        }
        return null;
    }

    private Target target(TenantId tenant, PresentedCertificate certificate, RevocationRepository.KeyHolder holder) {
        SerialNumber serial = certificate.serial();
        return repository.targets(tenant, serial, holder.authority()).stream()
                .findFirst()
                .orElseGet(() -> new Target(
                        holder.authority(),
                        holder.name(),
                        holder.generation(),
                        serial,
                        null,
                        null,
                        null,
                        certificate.notAfter(),
                        statuses.status(tenant, holder.authority(), serial)));
    }

    private static IssuerView view(RevocationRepository.KeyHolder holder) {
        KeySpec spec = KeySpec.of(holder.keyType(), holder.keySize())
                .orElseThrow(() -> new IllegalStateException("a key was written by a newer version"));
        return Issuers.of(holder.certificate(), List.of(), SignatureScheme.of(spec));
    }
}
