package ai.scailabs.vault.pki.acme;

import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.pki.x509.Fingerprint;
import ai.scailabs.vault.pki.x509.KeySpec;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What directories are shown that look whether a name is the tenant's. They have no token: what they ask by tells which order it is for, on every instance. Nothing of what is shown is secret, and nothing that was not
 * placed for a directory is. Thread-safe.
 */
public final class ChallengeAnswers {
    private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9_-]{1,256}");
    private static final Pattern SERVER_NAME = Pattern.compile("[a-z0-9_]([a-z0-9_.-]{0,251}[a-z0-9_])?");

    private final ChallengeRepository challenges;
    /** Of certificates that nobody relies on: what counts is what is in them. */
    private final KeyPair shown;

    private final Clock clock;

    ChallengeAnswers(ChallengeRepository challenges, SecureRandom random, Clock clock) {
        this.challenges = challenges;
        this.clock = clock;
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
        return new TlsAnswer(TlsAlpnCertificate.of(shown, name, digest, clock.instant()), shown.getPrivate());
    }

    /** What is shown for one handshake. */
    public record TlsAnswer(X509Certificate certificate, PrivateKey key) {
        @Override
        public String toString() {
            return "TlsAnswer[…]";
        }
    }
}
