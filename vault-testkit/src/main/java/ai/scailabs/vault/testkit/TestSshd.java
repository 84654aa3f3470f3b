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
import org.jspecify.annotations.Nullable;

/** OpenSSH's server on loopback. It lets in whoever runs the tests, as whom it runs itself: by certificates of one authority that name {@link #PRINCIPAL}, or by what a program says of a password. */
public final class TestSshd implements AutoCloseable {
    /** Whom certificates must name. */
    public static final String PRINCIPAL = "deploy";

    private static final String MISSING =
            "sshd does not start: bin/peers installs it (Debian: sudo apt-get install --no-install-recommends openssh-server)";
    private static final String PROGRAM = "/usr/sbin/sshd";
    /** Where it goes without rights when it is root. A start of the system makes it, and containers have none. */
    private static final Path EMPTY = Path.of("/run/sshd");

    private static final Path PAM = Path.of("/etc/pam.d");

    private final PeerProcess process;
    private final Path folder;
    private final @Nullable Path service;

    /** @param service of PAM, which ends with it; absent for none */
    private TestSshd(PeerProcess process, Path folder, @Nullable Path service) {
        this.process = process;
        this.folder = folder;
        this.service = service;
    }

    /**
     * @param authority of users, as one line
     * @param certifyHost makes a certificate of the server's public key, both as one line
     */
    public static TestSshd start(String authority, UnaryOperator<String> certifyHost) {
        Path folder = PeerProcess.folder("sshd");
        int port = PeerProcess.freePort();
        try {
            String publicKey = hostKey(folder);
            Files.writeString(folder.resolve("host_key-cert.pub"), certifyHost.apply(publicKey) + "\n");
            Files.writeString(folder.resolve("authorities"), authority + "\n");
            Files.writeString(folder.resolve("revoked"), "");
            Files.writeString(folder.resolve("principals"), PRINCIPAL + "\n");
            Path config = config(folder, port, """
                HostCertificate %1$s/host_key-cert.pub
                TrustedUserCAKeys %1$s/authorities
                RevokedKeys %1$s/revoked
                AuthorizedPrincipalsFile %1$s/principals
                PasswordAuthentication no
                KbdInteractiveAuthentication no
                UsePAM no
                """.formatted(folder));
            return new TestSshd(started(folder, port, Path.of(PROGRAM), config), folder, null);
        } catch (IOException missing) {
            throw new UncheckedIOException(MISSING, missing);
        }
    }

    /**
     * One that has passwords looked at by a program: it is run by pam_exec with {@code PAM_USER} in its environment and the password, which ends with a zero octet, at its standard input.
     * Only root may tell PAM so.
     */
    public static TestSshd askingPam(Path program) {
        Path folder = PeerProcess.folder("sshd");
        int port = PeerProcess.freePort();
        String name = "scaivault-" + folder.getFileName();
        Path service = PAM.resolve(name);
        try {
            Files.writeString(service, """
                auth required pam_exec.so expose_authtok quiet %s
                account required pam_permit.so
                session required pam_permit.so
                """.formatted(program));
        } catch (IOException notRoot) {
            throw new UncheckedIOException(
                    "PAM reads files in " + PAM
                            + " only, and only root writes there: run this test as root, as containers do",
                    notRoot);
        }
        try {
            hostKey(folder);
            // Servers before 9.8 ask as the program that they are; those from then on by the name that they are given.
            Path called = Files.createSymbolicLink(folder.resolve(name), Path.of(PROGRAM));
            String plain =
                    "UsePAM yes\nPasswordAuthentication yes\nKbdInteractiveAuthentication no\nPubkeyAuthentication no\n";
            Path config = config(folder, port, plain + "PAMServiceName " + name + "\n");
            if (said(folder, List.of(PROGRAM, "-t", "-f", config.toString())).contains("PAMServiceName")) {
                config = config(folder, port, plain);
            }
            return new TestSshd(started(folder, port, called, config), folder, service);
        } catch (IOException missing) {
            throw new UncheckedIOException(MISSING, missing);
        }
    }

    /** Makes it, and says the public part. */
    private static String hostKey(Path folder) throws IOException {
        Path hostKey = folder.resolve("host_key");
        said(folder, List.of("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", hostKey.toString()));
        return Files.readString(folder.resolve("host_key.pub")).strip();
    }

    private static PeerProcess started(Path folder, int port, Path program, Path config) throws IOException {
        if (isRoot()) {
            Files.createDirectories(
                    EMPTY, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
        }
        List<String> command = List.of(
                program.toString(),
                "-D",
                "-f",
                config.toString(),
                "-E",
                folder.resolve("log").toString());
        return PeerProcess.start("sshd", port, command, Map.of(), folder);
    }

    private static Path config(Path folder, int port, String more) throws IOException {
        Path config = Files.writeString(folder.resolve("sshd_config"), """
                ListenAddress 127.0.0.1
                Port %1$d
                PidFile none
                HostKey %2$s/host_key
                AuthorizedKeysFile none
                PermitRootLogin yes
                StrictModes no
                UseDNS no
                PrintMotd no
                MaxStartups 100
                LogLevel VERBOSE
                """.formatted(port, folder) + more);
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
        try {
            if (service != null) {
                Files.deleteIfExists(service);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
