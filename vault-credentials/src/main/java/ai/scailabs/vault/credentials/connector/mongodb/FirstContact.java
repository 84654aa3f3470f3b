package ai.scailabs.vault.credentials.connector.mongodb;

import com.mongodb.MongoClientException;
import com.mongodb.MongoConfigurationException;
import com.mongodb.connection.ClusterDescription;
import com.mongodb.connection.ServerDescription;
import com.mongodb.event.ServerHeartbeatFailedEvent;
import com.mongodb.event.ServerMonitorListener;
import com.mongodb.selector.ServerSelector;
import java.io.Serial;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Ends the wait for a server whose first answer failed, or is not that of the server that is meant, and tells why. The driver would go on trying until its patience ends, and then say that it ended.
 * Thread-safe.
 */
final class FirstContact implements ServerMonitorListener, ServerSelector {
    private final @Nullable String replicaSet;
    private volatile @Nullable Throwable failure;

    /** @param replicaSet what the server must be a member of, where that matters */
    FirstContact(@Nullable String replicaSet) {
        this.replicaSet = replicaSet;
    }

    /** Before anybody who waits is asked. */
    @Override
    public void serverHeartbeatFailed(ServerHeartbeatFailedEvent event) {
        failure = event.getThrowable();
    }

    /** Asked by whoever waits, whenever something is known anew; there is a server in it when one has answered. */
    @Override
    public List<ServerDescription> select(ClusterDescription cluster) {
        Throwable failed = failure;
        if (failed != null) {
            throw new Failed(failed);
        }
        for (ServerDescription server : cluster.getServerDescriptions()) {
            if (replicaSet != null && !replicaSet.equals(server.getSetName())) {
                throw new MongoConfigurationException("the server is of another replica set");
            }
        }
        return cluster.getServerDescriptions();
    }

    /** The reason is its cause. */
    static final class Failed extends MongoClientException {
        @Serial
        private static final long serialVersionUID = 1L;

        Failed(Throwable cause) {
            super("the first contact failed", cause);
        }
    }
}
