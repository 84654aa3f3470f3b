package ai.scailabs.vault.kms.tpm;

import java.net.InetSocketAddress;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How a TPM is reached. */
public sealed interface TpmAddress {
    /** A character device, which the kernel shares among its users ({@code /dev/tpmrm0}), or the socket of a TPM in software. */
    record File(Path path) implements TpmAddress {
        @Override
        public String toString() {
            return path.toString();
        }
    }

    /** A TPM in software on this machine. */
    record Port(InetSocketAddress address) implements TpmAddress {
        @Override
        public String toString() {
            return address.getHostString() + ":" + address.getPort();
        }
    }

    /** Takes the absolute path of a device or socket, or {@code 127.0.0.1:port}; empty for anything else. */
    static Optional<TpmAddress> parse(String text) {
        Matcher port = Forms.PORT.matcher(text);
        if (port.matches()) {
            int number = Integer.parseInt(port.group("port"));
            return number < 1 || number > 65_535
                    ? Optional.empty()
                    : Optional.of(new Port(new InetSocketAddress(Forms.LOOPBACK, number)));
        }
        try {
            Path path = Path.of(text);
            return path.isAbsolute() ? Optional.of(new File(path)) : Optional.empty();
        } catch (InvalidPathException noPath) {
            return Optional.empty();
        }
    }

    /** An interface cannot keep them to itself. */
    final class Forms {
        private static final String LOOPBACK = "127.0.0.1";
        private static final Pattern PORT = Pattern.compile(Pattern.quote(LOOPBACK) + ":(?<port>[0-9]{1,5})");

        private Forms() {}
    }
}
