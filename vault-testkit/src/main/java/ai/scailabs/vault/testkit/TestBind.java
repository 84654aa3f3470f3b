package ai.scailabs.vault.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * BIND 9 on loopback, an authority of some zones, whose TXT records may be changed by updates (RFC 2136) that bear its key. It knows no other name and asks nobody. Each zone has the name server {@code ns1} at 127.0.0.1.
 */
public final class TestBind implements AutoCloseable {
    public static final String KEY_NAME = "updates.test";
    /** Of HMAC-SHA-256, in Base64. */
    public static final String KEY_SECRET = "bm90LWEtc2VjcmV0LW91dHNpZGUtdGVzdHM=";

    private final PeerProcess process;

    private TestBind(PeerProcess process) {
        this.process = process;
    }

    /** @param zones their names, each with lines of its zone file besides those that every zone has */
    public static TestBind start(Map<String, String> zones) {
        int port = PeerProcess.freePort();
        Path folder = PeerProcess.folder("bind");
        StringBuilder configuration = new StringBuilder("""
                key "%1$s" { algorithm hmac-sha256; secret "%2$s"; };
                options {
                  directory "%3$s"; pid-file none; lock-file none; session-keyfile none; managed-keys-directory "%3$s";
                  listen-on port %4$d { 127.0.0.1; }; listen-on-v6 { none; };
                  recursion no; allow-transfer { none; }; notify no; dnssec-validation no; minimal-responses no;
                };
                controls { };
                """.formatted(KEY_NAME, KEY_SECRET, folder, port));
        try {
            for (Map.Entry<String, String> zone : zones.entrySet()) {
                Files.writeString(folder.resolve(zone.getKey() + ".zone"), """
                        $TTL 300
                        @ SOA ns1 root 1 3600 600 86400 30
                        @ NS ns1
                        ns1 A 127.0.0.1
                        %s
                        """.formatted(zone.getValue()));
                configuration.append("""
                        zone "%1$s" { type primary; file "%1$s.zone"; update-policy { grant %2$s zonesub TXT; }; };
                        """.formatted(zone.getKey(), KEY_NAME));
            }
            Files.writeString(folder.resolve("named.conf"), configuration);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new TestBind(PeerProcess.start(
                "named",
                port,
                List.of(
                        "/usr/sbin/named",
                        "-f",
                        "-c",
                        folder.resolve("named.conf").toString()),
                Map.of(),
                folder));
    }

    public int port() {
        return process.port();
    }

    public InetSocketAddress address() {
        return new InetSocketAddress("127.0.0.1", process.port());
    }

    @Override
    public void close() {
        process.close();
    }
}
