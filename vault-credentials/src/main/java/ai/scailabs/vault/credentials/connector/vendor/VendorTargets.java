package ai.scailabs.vault.credentials.connector.vendor;

import ai.scailabs.vault.credentials.connector.Login;
import ai.scailabs.vault.credentials.connector.Target;
import ai.scailabs.vault.credentials.connector.TargetConfig;
import ai.scailabs.vault.credentials.connector.TargetNetwork;
import ai.scailabs.vault.credentials.connector.Targets;
import ai.scailabs.vault.credentials.connector.mongodb.MongoTarget;
import ai.scailabs.vault.credentials.connector.mysql.MysqlTarget;
import ai.scailabs.vault.credentials.connector.postgresql.PostgresTarget;
import ai.scailabs.vault.credentials.connector.redis.RedisTarget;
import ai.scailabs.vault.credentials.connector.redis.RedisThreads;
import java.security.SecureRandom;
import org.jspecify.annotations.Nullable;

/** Every target of which there is a type. Whoever made it closes it, when no target of it is used any more. Thread-safe. */
public final class VendorTargets implements Targets, AutoCloseable {
    private final TargetNetwork network;
    private final SecureRandom random;
    private @Nullable RedisThreads redis;
    private boolean closed;

    public VendorTargets(TargetNetwork network, SecureRandom random) {
        this.network = network;
        this.random = random;
    }

    @Override
    public Target open(TargetConfig config, Login root) {
        return switch (config.type()) {
            case POSTGRESQL -> new PostgresTarget(config, root, network);
            case MYSQL -> new MysqlTarget(config, root, network);
            case REDIS -> new RedisTarget(config, root, network, redis());
            case MONGODB -> new MongoTarget(config, root, network, random);
        };
    }

    private synchronized RedisThreads redis() {
        if (closed) {
            throw new IllegalStateException("closed already");
        }
        RedisThreads known = redis;
        if (known == null) {
            known = new RedisThreads();
            redis = known;
        }
        return known;
    }

    @Override
    public synchronized void close() {
        closed = true;
        RedisThreads known = redis;
        redis = null;
        if (known != null) {
            known.close();
        }
    }
}
