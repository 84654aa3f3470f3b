package ai.scailabs.vault.pki.acme;

import java.util.Arrays;
import java.util.Optional;

/** How a directory is shown that a name is the tenant's. */
public enum ChallengeType {
    /** RFC 8555 §8.3: a text at a well-known place of the host. */
    HTTP_01("http-01"),
    /** RFC 8555 §8.4: a record in DNS; the only one for wildcards. */
    DNS_01("dns-01"),
    /** RFC 8737: a certificate of its own, shown to whoever asks for the protocol. */
    TLS_ALPN_01("tls-alpn-01");

    private final String wireName;

    ChallengeType(String wireName) {
        this.wireName = wireName;
    }

    public String wireName() {
        return wireName;
    }

    static Optional<ChallengeType> parse(String text) {
        return Arrays.stream(values())
                .filter(each -> each.wireName.equals(text))
                .findFirst();
    }
}
