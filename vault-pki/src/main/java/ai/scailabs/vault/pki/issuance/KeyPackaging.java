package ai.scailabs.vault.pki.issuance;

import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import ai.scailabs.vault.pki.x509.KeystoreFormat;
import ai.scailabs.vault.pki.x509.PrivateKeyFormat;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;

/** How whoever asks for a key wants it. */
public sealed interface KeyPackaging extends AutoCloseable {
    /** What is given: a text in ASCII. */
    SensitiveBytes pack(KeyPair pair, String alias, List<byte[]> certificates, SecureRandom random);

    /** Whether that takes a second of a processor. */
    default boolean isCostly() {
        return switch (this) {
            case Pem _ -> false;
            case Keystore file -> file.format() == KeystoreFormat.PKCS12;
        };
    }

    @Override
    void close();

    record Pem(PrivateKeyFormat format) implements KeyPackaging {
        @Override
        public SensitiveBytes pack(KeyPair pair, String alias, List<byte[]> certificates, SecureRandom random) {
            return format.pem(pair);
        }

        @Override
        public void close() {
            // It holds nothing.
        }
    }

    /**
     * A file, in base64. Wipes the password when it is closed.
     *
     * @param password printable ASCII of {@value #MIN_PASSWORD} to {@value #MAX_PASSWORD} characters
     */
    record Keystore(KeystoreFormat format, SensitiveBytes password) implements KeyPackaging {
        private static final int MIN_PASSWORD = 8;
        private static final int MAX_PASSWORD = 128;

        /** @throws VaultException {@code validation_error} for a password that not every program would read alike, or that is too short */
        public Keystore {
            boolean printable = password.length() >= MIN_PASSWORD && password.length() <= MAX_PASSWORD;
            for (byte character : password.expose()) {
                printable &= character >= ' ' && character <= '~';
            }
            if (!printable) {
                password.close();
                throw VaultException.invalidField(
                        "password",
                        "must have " + MIN_PASSWORD + " to " + MAX_PASSWORD + " printable characters of ASCII");
            }
        }

        @Override
        public SensitiveBytes pack(KeyPair pair, String alias, List<byte[]> certificates, SecureRandom random) {
            byte[] ascii = password.expose();
            char[] characters = new char[ascii.length];
            for (int i = 0; i < ascii.length; i++) {
                characters[i] = (char) ascii[i];
            }
            try (SensitiveBytes file = format.write(pair, alias, certificates, characters, random)) {
                return SensitiveBytes.owning(Base64.getEncoder().encode(file.expose()));
            } finally {
                Arrays.fill(characters, '\0');
            }
        }

        @Override
        public void close() {
            password.close();
        }

        @Override
        public String toString() {
            return "Keystore[" + format.wireName() + "]";
        }
    }
}
