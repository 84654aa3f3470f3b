package ai.scailabs.vault.pki.acme;

import ai.scailabs.vault.pki.x509.KeySpec;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What is ordered, each time anew.
 *
 * @param names each once; of kind dns or ip
 * @param dnsProvider the only one that is looked at for a zone; null for all
 * @param profile of the directory; null for its own choice
 * @param preferredChain the common name of an issuer in it; null for the first that the directory offers
 * @param key to be made for each version; null where the caller has it
 * @param csr DER, of a caller who has the key
 */
public record CertificateTerms(
        List<OrderedName> names,
        ChallengeType challenge,
        @Nullable UUID dnsProvider,
        @Nullable String profile,
        @Nullable String preferredChain,
        @Nullable KeySpec key,
        byte @Nullable [] csr) {
    public CertificateTerms {
        names = List.copyOf(names);
    }

    @Override
    public String toString() {
        return "CertificateTerms" + names;
    }
}
