package ai.scailabs.vault.pki.validation;

import ai.scailabs.vault.pki.x509.ExtendedKeyUsage;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.jspecify.annotations.Nullable;

/** What a path may be used for: each certificate that says so narrows it, authorities included. */
final class UsageChecks {
    private static final String ANY = KeyPurposeId.anyExtendedKeyUsage.getId();

    /** One of which a key usage must have. */
    private static final Map<ExtendedKeyUsage, Integer> BITS = Map.of(
            ExtendedKeyUsage.SERVER_AUTH,
            KeyUsage.digitalSignature | KeyUsage.keyEncipherment | KeyUsage.keyAgreement,
            ExtendedKeyUsage.CLIENT_AUTH,
            KeyUsage.digitalSignature | KeyUsage.keyAgreement,
            ExtendedKeyUsage.CODE_SIGNING,
            KeyUsage.digitalSignature,
            ExtendedKeyUsage.EMAIL_PROTECTION,
            KeyUsage.digitalSignature | KeyUsage.nonRepudiation | KeyUsage.keyEncipherment | KeyUsage.keyAgreement,
            ExtendedKeyUsage.TIME_STAMPING,
            KeyUsage.digitalSignature | KeyUsage.nonRepudiation,
            ExtendedKeyUsage.OCSP_SIGNING,
            KeyUsage.digitalSignature | KeyUsage.nonRepudiation);

    private UsageChecks() {}

    /** @param path the certificate first */
    static Optional<PathError> check(List<PathCertificate> path, @Nullable ExtendedKeyUsage wanted) {
        return wanted == null ? forAnything(path) : forUsage(path, wanted);
    }

    private static Optional<PathError> forUsage(List<PathCertificate> path, ExtendedKeyUsage wanted) {
        for (int i = 0; i < path.size(); i++) {
            Set<String> usages = path.get(i).extensions().extendedKeyUsage();
            if (usages != null && !usages.contains(wanted.oid()) && !usages.contains(ANY)) {
                return error(
                        i == 0
                                ? "the certificate is not for " + wanted.text()
                                : "an authority whose certificates are not for " + wanted.text(),
                        i);
            }
        }
        PathExtensions extensions = path.getFirst().extensions();
        Integer bits = BITS.get(wanted);
        if (bits != null && !extensions.allows(bits)) {
            return error("the key usage does not go with " + wanted.text(), 0);
        }
        if (wanted.equals(ExtendedKeyUsage.TIME_STAMPING) && !extensions.isCritical(Extension.extendedKeyUsage)) {
            return error("time stamps are made with a usage that is critical (RFC 3161)", 0);
        }
        return Optional.empty();
    }

    private static Optional<PathError> forAnything(List<PathCertificate> path) {
        Set<String> left = null;
        for (int i = path.size() - 1; i >= 0; i--) {
            Set<String> usages = path.get(i).extensions().extendedKeyUsage();
            if (usages == null || usages.contains(ANY)) {
                continue;
            }
            left = left == null ? new HashSet<>(usages) : left;
            left.retainAll(usages);
            if (left.isEmpty()) {
                return error("nothing is left that it may be used for: an authority above is for other usages", i);
            }
        }
        return Optional.empty();
    }

    private static Optional<PathError> error(String message, int index) {
        return Optional.of(new PathError(PathProblem.USAGE_NOT_ALLOWED, message, index));
    }
}
