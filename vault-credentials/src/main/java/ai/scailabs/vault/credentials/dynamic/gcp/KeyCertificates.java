package ai.scailabs.vault.credentials.dynamic.gcp;

import java.security.KeyPair;
import java.time.Instant;

/** Certificates in which Google takes public keys. Whoever knows how to encode them does it. Thread-safe. */
@FunctionalInterface
public interface KeyCertificates {
    /**
     * In PEM, signed by the key itself. Nobody relies on it but for the key and its end.
     *
     * @param pair of RSA
     * @param commonName of whom it is
     * @param notBefore in whole seconds, as {@code notAfter}
     */
    String selfSigned(KeyPair pair, String commonName, Instant notBefore, Instant notAfter);
}
