package ai.scailabs.vault.pki.x509;

import java.util.List;
import java.util.OptionalInt;
import java.util.Set;

/**
 * What of an issuer goes into the certificates that it signs, or bounds them: read once from its certificate and those above it, and kept. Holds no private key. Made by {@link Issuers}.
 *
 * @param subject the bytes of its name, which every certificate repeats as its issuer
 * @param keyIdentifier the value of its own subject key identifier, whatever hash made that
 * @param pathLength how many authorities may follow below it, by its own certificate and all above it; empty for any number
 * @param constraints the name constraints of its certificate and of all above it, each to be held
 * @param usages nested usages of its certificate and of all above it, each to be held; a certificate without any is not in the list
 * @param mayCertify whether its key usage has {@code keyCertSign}
 */
public record IssuerView(
        Subject subject,
        SubjectKey key,
        List<Byte> keyIdentifier,
        Validity validity,
        OptionalInt pathLength,
        List<DecodedConstraints> constraints,
        List<Set<ExtendedKeyUsage>> usages,
        boolean mayCertify,
        boolean mayRevoke,
        SignatureScheme scheme) {
    public IssuerView {
        keyIdentifier = List.copyOf(keyIdentifier);
        constraints = List.copyOf(constraints);
        usages = List.copyOf(usages);
    }

    /** The same, which signs another way. */
    public IssuerView signingBy(SignatureScheme other) {
        return other == scheme
                ? this
                : new IssuerView(
                        subject,
                        key,
                        keyIdentifier,
                        validity,
                        pathLength,
                        constraints,
                        usages,
                        mayCertify,
                        mayRevoke,
                        other);
    }

    byte[] keyIdentifierOctets() {
        byte[] octets = new byte[keyIdentifier.size()];
        for (int i = 0; i < octets.length; i++) {
            octets[i] = keyIdentifier.get(i);
        }
        return octets;
    }
}
