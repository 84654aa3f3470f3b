package ai.scailabs.vault.server.settings;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.Optional;

/** A PEM file of certificates, looked into at the start: a trust that is empty by mistake would show as an outage later. */
final class CertificateFile {
    private CertificateFile() {}

    static Optional<Path> parse(String text) {
        try {
            Path file = Path.of(text);
            try (InputStream in = Files.newInputStream(file)) {
                boolean empty = CertificateFactory.getInstance("X.509")
                        .generateCertificates(in)
                        .isEmpty();
                return empty ? Optional.empty() : Optional.of(file);
            }
        } catch (IOException | CertificateException | InvalidPathException unusable) {
            return Optional.empty();
        }
    }
}
