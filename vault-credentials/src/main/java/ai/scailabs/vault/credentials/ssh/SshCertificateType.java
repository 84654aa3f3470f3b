package ai.scailabs.vault.credentials.ssh;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** Who is certified (PROTOCOL.certkeys of OpenSSH). */
public enum SshCertificateType {
    /** Who logs in. */
    USER(1),
    /** A server. */
    HOST(2);

    private final int number;

    SshCertificateType(int number) {
        this.number = number;
    }

    int number() {
        return number;
    }

    /** As the API writes it. */
    public String code() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static Optional<SshCertificateType> of(String code) {
        return Arrays.stream(values()).filter(type -> type.code().equals(code)).findFirst();
    }
}
