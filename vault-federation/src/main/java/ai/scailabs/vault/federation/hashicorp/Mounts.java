package ai.scailabs.vault.federation.hashicorp;

import ai.scailabs.vault.federation.remote.RemoteCalls;
import ai.scailabs.vault.federation.remote.RemoteException;
import ai.scailabs.vault.federation.remote.RemoteFailure;
import ai.scailabs.vault.federation.remote.Unanswered;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Which engine a name leads to. Only KV is ever asked for a secret: what else is mounted would make something of the question, such as a password of a database. What is known of a mount is asked
 * again after a minute. Thread-safe.
 */
final class Mounts {
    private static final Duration TIME = Duration.ofMinutes(1);
    private static final int MOST_KNOWN = 64;
    private static final Set<String> KINDS = Set.of("kv", "generic");
    /** What is there without having been mounted. */
    private static final Set<String> RESERVED = Set.of("sys", "auth", "identity", "cubbyhole");

    private final TokenSession session;
    private final @Nullable Integer configured;
    private final Clock clock;
    private final ConcurrentMap<String, Known> known = new ConcurrentHashMap<>();

    /** @param configured the version of KV that the config says */
    Mounts(TokenSession session, @Nullable Integer configured, Clock clock) {
        this.session = session;
        this.configured = configured;
        this.clock = clock;
    }

    /** @param name or the beginning of one, in which the whole of the mount is */
    Mount of(RemoteCalls.Turn turn, String name) throws RemoteException {
        Instant now = clock.instant();
        for (Known each : known.values()) {
            if (name.startsWith(each.mount().path()) && now.isBefore(each.until())) {
                return each.mount();
            }
        }
        return asked(turn, name);
    }

    void forget() {
        known.clear();
    }

    private Mount asked(RemoteCalls.Turn turn, String name) throws RemoteException {
        String where = name.endsWith("/") ? name.substring(0, name.length() - 1) : name;
        VaultAnswer answer = session.ask(turn, vault -> vault.logical().read("sys/internal/ui/mounts/" + where));
        if (answer.isSuccess()) {
            Mount mount = read(name, answer.tree().path("data"));
            if (known.size() >= MOST_KNOWN) {
                known.clear();
            }
            known.put(mount.path(), new Known(mount, clock.instant().plus(TIME)));
            return mount;
        }
        RemoteException refused = VaultRefusal.of(answer);
        if (configured != null && refused.failure() != RemoteFailure.CREDENTIALS_REFUSED) {
            return assumed(name, configured);
        }
        throw refused.failure() == RemoteFailure.FORBIDDEN
                ? new RemoteException(
                        RemoteFailure.FORBIDDEN,
                        "nothing is mounted in the vault where the names begin, or the credentials may not read there")
                : refused;
    }

    private Mount read(String name, JsonNode data) throws RemoteException {
        String path = data.path("path").asString("");
        if (path.isEmpty()) {
            throw Unanswered.notUnderstood("a mount without a path");
        }
        if (path.length() < 2 || !path.endsWith("/") || !(name + "/").startsWith(path)) {
            // As of a namespace below, which a path can lead to as well.
            throw new RemoteException(
                    RemoteFailure.MISCONFIGURED, "the names do not begin with the path of a mount in this namespace");
        }
        if (!KINDS.contains(data.path("type").asString(""))
                || RESERVED.contains(path.substring(0, path.length() - 1))) {
            throw new RemoteException(RemoteFailure.MISCONFIGURED, "what is mounted at " + path + " is not KV");
        }
        int version = "2".equals(data.path("options").path("version").asString("")) ? 2 : 1;
        if (configured != null && configured != version) {
            throw new RemoteException(
                    RemoteFailure.MISCONFIGURED,
                    "config.kv_version is " + configured + ", and the mount " + path + " holds KV of version "
                            + version);
        }
        if (name.length() < path.length()) {
            throw new RemoteException(
                    RemoteFailure.MISCONFIGURED, "the names do not go on after the path of the mount " + path);
        }
        return new Mount(path, version);
    }

    /** The vault does not tell, but the config does: then nothing may look like what is not KV. */
    private static Mount assumed(String name, int version) throws RemoteException {
        int end = version == 2 ? name.indexOf("/data/") + 1 : name.indexOf('/') + 1;
        if (end < 1) {
            throw new RemoteException(
                    RemoteFailure.MISCONFIGURED,
                    version == 2
                            ? "names in KV of version 2 begin with the path of the mount and data/"
                            : "the names do not begin with the path of a mount");
        }
        // Where the path of a mount of version 1 ends nobody knows, and a namespace may stand before it.
        String suspect = version == 2 ? name.substring(0, end) : name;
        if (Arrays.stream(suspect.split("/", -1)).anyMatch(RESERVED::contains)) {
            throw new RemoteException(
                    RemoteFailure.MISCONFIGURED,
                    "the vault does not tell what is mounted there, and the name has a segment that is not of KV");
        }
        return new Mount(name.substring(0, end), version);
    }

    private record Known(Mount mount, Instant until) {}
}
