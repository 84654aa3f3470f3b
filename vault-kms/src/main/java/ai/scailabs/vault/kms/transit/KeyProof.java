package ai.scailabs.vault.kms.transit;

import ai.scailabs.vault.crypto.key.KeyId;
import ai.scailabs.vault.crypto.root.WrapContext;
import ai.scailabs.vault.kms.transit.TransitTrouble.Kind;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * That the key is fit to be a root key: what the server says of it, where we may read that, and in any case a canary, which has to come back in its own context and in no other. Servers that do
 * not know associated data ignore it, and would give every partner's key to every other. Nothing is wrapped or unwrapped before the proof. Thread-safe.
 */
final class KeyProof {
    private static final Logger LOG = LoggerFactory.getLogger(KeyProof.class);
    private static final Set<String> TYPES = Set.of("aes256-gcm96", "chacha20-poly1305", "xchacha20-poly1305");
    private static final int CANARY_BYTES = 32;

    private final TransitCalls calls;
    private final String key;
    private final RandomGenerator random;
    private final ReentrantLock proving = new ReentrantLock();
    private volatile boolean proved;

    KeyProof(TransitCalls calls, String key, RandomGenerator random) {
        this.calls = calls;
        this.key = key;
        this.random = random;
    }

    /** Once proved, it costs nothing. */
    void require(Deadline deadline) throws TransitTrouble {
        if (proved) {
            return;
        }
        try {
            if (!proving.tryLock(deadline.leftNanos(), TimeUnit.NANOSECONDS)) {
                throw new TransitTrouble(Kind.UNREACHABLE, "whether the key is fit was not known in time");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new TransitTrouble(Kind.UNREACHABLE, "whether the key is fit was not waited for");
        }
        try {
            if (!proved) {
                Optional<Map<String, String>> configuration = configuration(deadline);
                if (configuration.isPresent()) {
                    requireFit(configuration.get());
                }
                requireBinding(deadline);
                proved = true;
            }
        } finally {
            proving.unlock();
        }
    }

    /** Empty when the token may not read it. */
    private Optional<Map<String, String>> configuration(Deadline deadline) throws TransitTrouble {
        try {
            Optional<Map<String, String>> configuration = calls.call(deadline, TransitServer::readKey);
            if (configuration.isEmpty()) {
                throw unfit("there is no such key");
            }
            return configuration;
        } catch (TransitTrouble trouble) {
            if (trouble.kind() != Kind.FORBIDDEN) {
                throw trouble;
            }
            LOG.warn("the token may not read the key {}: whether it could be exported is not known", key);
            return Optional.empty();
        }
    }

    private void requireFit(Map<String, String> configuration) throws TransitTrouble {
        if (!TYPES.contains(configuration.getOrDefault("type", ""))) {
            throw unfit(
                    "it is none of " + String.join(", ", TYPES.stream().sorted().toList()));
        }
        for (String needed : Set.of("supports_encryption", "supports_decryption")) {
            require(configuration, needed, true);
        }
        for (String excluded : Set.of("derived", "exportable", "allow_plaintext_backup")) {
            require(configuration, excluded, false);
        }
        if (configuration.containsKey("soft_deleted")) {
            require(configuration, "soft_deleted", false);
        }
    }

    private void require(Map<String, String> configuration, String member, boolean wanted) throws TransitTrouble {
        if (!String.valueOf(wanted).equals(configuration.get(member))) {
            throw unfit(member + " is not " + wanted);
        }
    }

    private void requireBinding(Deadline deadline) throws TransitTrouble {
        byte[] canary = new byte[CANARY_BYTES];
        random.nextBytes(canary);
        KeyId id = KeyId.of(new UUID(random.nextLong(), random.nextLong()));
        byte[] here = new WrapContext("canary", id, "probe").bytes();
        byte[] elsewhere = new WrapContext("canary", id, "other").bytes();
        String ciphertext = calls.call(deadline, (server, token, end) -> server.encrypt(token, canary, here, end));
        byte[] back = calls.call(deadline, (server, token, end) -> server.decrypt(token, ciphertext, here, end));
        if (!Arrays.equals(back, canary)) {
            throw unfit("what it encrypts does not come back");
        }
        try {
            calls.call(deadline, (server, token, end) -> server.decrypt(token, ciphertext, elsewhere, end));
        } catch (TransitTrouble trouble) {
            if (trouble.kind() == Kind.ALTERED) {
                return;
            }
            throw trouble;
        }
        throw unfit("the server ignores associated data, so that nothing binds a wrapped key to its partner");
    }

    private TransitTrouble unfit(String why) {
        return new TransitTrouble(Kind.REFUSED, "the key " + key + " cannot be the root key: " + why);
    }
}
