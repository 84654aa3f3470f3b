package ai.scailabs.vault.pki.validation;

import ai.scailabs.vault.pki.x509.ExtendedKeyUsage;
import ai.scailabs.vault.pki.x509.GeneralName;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is asked of one certificate. Certificates and CRLs are read before, so that what cannot be read is refused by whoever asks.
 *
 * @param pool what the path may lead through, in no order
 * @param at the moment for which it is asked
 * @param names each of which the certificate must be for
 * @param usage null for any
 * @param crls only looked at when revocation is checked
 */
public record ValidationQuestion(
        PathCertificate certificate,
        List<PathCertificate> pool,
        List<PathCertificate> anchors,
        Instant at,
        List<GeneralName> names,
        @Nullable ExtendedKeyUsage usage,
        PolicyInputs policies,
        boolean checkRevocation,
        List<RevocationList> crls,
        KnownStatus known) {
    public ValidationQuestion {
        pool = List.copyOf(pool);
        anchors = List.copyOf(anchors);
        names = List.copyOf(names);
        crls = List.copyOf(crls);
    }
}
