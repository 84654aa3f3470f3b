package ai.scailabs.vault.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** OpenSSH's server on loopback. It lets in whoever runs the tests, as whom it runs itself, and only by certificates of one authority that name {@link #PRINCIPAL}. */
public final class TestSshd implements AutoCloseable {
    /** Whom certificates must name. */
    public static final String PRINCIPAL = "deploy";

    private static final String MISSING =
            "sshd does not start: bin/peers installs it (Debian: sudo apt-get install --no-install-recommends openssh-server)";
    private static final String PROGRAM = "/usr/sbin/sshd";
    /** Where it goes without rights when it is root. A start of the system makes it, and containers have none. */
    private static final Path EMPTY = Path.of("/run/sshd");

    private final PeerProcess process;
    private final Path folder;

    private TestSshd(PeerProcess process, Path folder) {
        this.process = process;
        this.folder = folder;
    }

    /**
     * @param authority of users, as one line
     * @param certifyHost makes a certificate of the server's public key, both as one line
     */
    public static TestSshd start(String authority, UnaryOperator<String> certifyHost) {
        Path folder = PeerProcess.folder("sshd");
        int port = PeerProcess.freePort();
        try {
            if (isRoot()) {
                Files.createDirectories(
                        EMPTY, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
            }
            Path hostKey = folder.resolve("host_key");
            said(folder, List.of("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", hostKey.toString()));
            String publicKey = Files.readString(folder.resolve("host_key.pub")).strip();
            Files.writeString(folder.resolve("host_key-cert.pub"), certifyHost.apply(publicKey) + "\n");
            Files.writeString(folder.resolve("authorities"), authority + "\n");
            Files.writeString(folder.resolve("revoked"), "");
            Files.writeString(folder.resolve("principals"), PRINCIPAL + "\n");
            Path config = config(folder, port);
            List<String> command = List.of(
                    PROGRAM,
                    "-D",
                    "-f",
                    config.toString(),
                    "-E",
                    folder.resolve("log").toString());
            return new TestSshd(PeerProcess.start("sshd", port, command, Map.of(), folder), folder);
        } catch (IOException missing) {
            throw new UncheckedIOException(MISSING, missing);
        }
    }

    private static Path config(Path folder, int port) throws IOException {
        Path config = Files.writeString(folder.resolve("sshd_config"), """
                ListenAddress 127.0.0.1
                Port %1$d
                PidFile none
                HostKey %2$s/host_key
                HostCertificate %2$s/host_key-cert.pub
                TrustedUserCAKeys %2$s/authorities
                RevokedKeys %2$s/revoked
                AuthorizedPrincipalsFile %2$s/principals
                AuthorizedKeysFile none
                PasswordAuthentication no
                KbdInteractiveAuthentication no
                PermitRootLogin yes
                UsePAM no
                StrictModes no
                UseDNS no
                PrintMotd no
                MaxStartups 100
                LogLevel VERBOSE
                """.formatted(port, folder));
        // Servers from 9.8 on keep whoever was refused out for a while, and those before do not know that word.
        String plain = Files.readString(config);
        Files.writeString(config, plain + "PerSourcePenalties no\n");
        if (said(folder, List.of(PROGRAM, "-t", "-f", config.toString())).contains("PerSourcePenalties")) {
            Files.writeString(config, plain);
        }
        return config;
    }

    private static boolean isRoot() {
        return "root".equals(System.getProperty("user.name"));
    }

    private static String said(Path folder, List<String> command) throws IOException {
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .start();
        process.getOutputStream().close();
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    public int port() {
        return process.port();
    }

    /** From the next login on. */
    public void revoke(byte[] keyRevocationList) {
        try {
            Files.write(folder.resolve("revoked"), keyRevocationList);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Why it let somebody in, or did not. */
    public String log() {
        try {
            return Files.readString(folder.resolve("log"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        process.close();
    }
}
