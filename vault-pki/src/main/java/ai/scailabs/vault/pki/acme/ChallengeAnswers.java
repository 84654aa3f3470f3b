package ai.scailabs.vault.pki.acme;

import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.pki.x509.Fingerprint;
import ai.scailabs.vault.pki.x509.KeySpec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.shredzone.acme4j.Identifier;
import org.shredzone.acme4j.util.CertificateUtils;

/**
 * What directories are shown that look whether a name is the tenant's. They have no token: what they ask by tells which order it is for, on every instance. Nothing of what is shown is secret, and nothing that was not
 * placed for a directory is. Thread-safe.
 */
public final class ChallengeAnswers {
    private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9_-]{1,256}");
    private static final Pattern SERVER_NAME = Pattern.compile("[a-z0-9_]([a-z0-9_.-]{0,251}[a-z0-9_])?");
    private static final Pattern REVERSE_V4 =
            Pattern.compile("([0-9]{1,3})\\.([0-9]{1,3})\\.([0-9]{1,3})\\.([0-9]{1,3})\\.in-addr\\.arpa");
    private static final Pattern REVERSE_V6 = Pattern.compile("([0-9a-f]\\.){32}ip6\\.arpa");

    private final ChallengeRepository challenges;
    /** Of certificates that nobody relies on: what counts is what is in them. */
    private final KeyPair shown;

    ChallengeAnswers(ChallengeRepository challenges, SecureRandom random) {
        this.challenges = challenges;
        this.shown = KeySpec.EC_P256.generate(random);
    }

    /**
     * By HTTP (RFC 8555 §8.3).
     *
     * @throws VaultException {@code service_unavailable}
     */
    public Optional<String> http(String token) {
        return TOKEN.matcher(token).matches() ? Optional.ofNullable(challenges.httpAnswer(token)) : Optional.empty();
    }

    /**
     * By TLS (RFC 8737 §3): a certificate that names the host, or the address, and holds the digest.
     *
     * @param serverName as the client of TLS sends it
     * @throws VaultException {@code service_unavailable}
     */
    public Optional<TlsAnswer> tls(String serverName) {
        String name = serverName.toLowerCase(Locale.ROOT);
        if (!SERVER_NAME.matcher(name).matches()) {
            return Optional.empty();
        }
        return Optional.ofNullable(challenges.tlsAnswer(name)).map(answer -> certificate(name, answer));
    }

    private TlsAnswer certificate(String name, String keyAuthorization) {
        byte[] digest = Fingerprint.sha256(keyAuthorization.getBytes(StandardCharsets.US_ASCII));
        try {
            return new TlsAnswer(
                    CertificateUtils.createTlsAlpn01Certificate(shown, identifier(name), digest), shown.getPrivate());
        } catch (IOException impossible) {
            throw new IllegalStateException("a certificate could not be made", impossible);
        }
    }

    private static Identifier identifier(String name) {
        if (REVERSE_V4.matcher(name).matches()) {
            String[] octets = name.split("\\.", -1);
            return Identifier.ip(octets[3] + "." + octets[2] + "." + octets[1] + "." + octets[0]);
        }
        if (REVERSE_V6.matcher(name).matches()) {
            String digits = new StringBuilder(name.substring(0, 63).replace(".", ""))
                    .reverse()
                    .toString();
            return Identifier.ip(String.join(":", digits.split("(?<=\\G.{4})")));
        }
        return new Identifier(Identifier.TYPE_DNS, name);
    }

    /** What is shown for one handshake. */
    public record TlsAnswer(X509Certificate certificate, PrivateKey key) {
        @Override
        public String toString() {
            return "TlsAnswer[…]";
        }
    }
}
