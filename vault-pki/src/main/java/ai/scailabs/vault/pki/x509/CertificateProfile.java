package ai.scailabs.vault.pki.x509;

import java.util.List;
import java.util.OptionalInt;
import java.util.Set;

/** What kind of certificate: its extensions follow from this and from the kind of key, never from what a request asks for. */
public sealed interface CertificateProfile {
    /**
     * A certificate authority, root or not.
     *
     * @param pathLength how many authorities may follow below it; empty for no bound of its own
     * @param usages nested usages (RFC 5280 §4.2.1.12), which everything below must respect; empty for none
     */
    record Authority(OptionalInt pathLength, NameConstraints constraints, Set<ExtendedKeyUsage> usages)
            implements CertificateProfile {
        public Authority {
            usages = Set.copyOf(usages);
            if (pathLength.isPresent() && (pathLength.getAsInt() < 0 || pathLength.getAsInt() > 99)) {
                throw new IllegalArgumentException("a path length is 0 to 99");
            }
        }

        public static Authority unbounded() {
            return new Authority(OptionalInt.empty(), NameConstraints.NONE, Set.of());
        }
    }

    /**
     * A certificate of a server, a client, a person or a piece of software.
     *
     * @param keyEncipherment whether an RSA key may also transport keys, where a usage has a use for that; other keys never do (RFC 8813, RFC 9295)
     * @param policies object identifiers of policies
     * @param basicConstraints whether to write the extension with an empty sequence, for programs that look for it
     * @param noRevocation no CRL and no OCSP will ever tell of it, and it says so (RFC 9608)
     */
    record EndEntity(
            Set<ExtendedKeyUsage> usages,
            boolean keyEncipherment,
            List<String> policies,
            boolean basicConstraints,
            boolean noRevocation)
            implements CertificateProfile {
        public EndEntity {
            usages = Set.copyOf(usages);
            policies = List.copyOf(policies);
        }

        public static EndEntity of(ExtendedKeyUsage... usages) {
            return new EndEntity(Set.of(usages), true, List.of(), false, false);
        }
    }

    /** A delegated OCSP responder: {@code OCSPSigning} alone, and nobody asks whether it was revoked itself (RFC 6960 §4.2.2.2). */
    record OcspResponder() implements CertificateProfile {}
}
