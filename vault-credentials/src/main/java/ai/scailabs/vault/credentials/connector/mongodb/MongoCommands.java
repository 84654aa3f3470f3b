package ai.scailabs.vault.credentials.connector.mongodb;

import ai.scailabs.vault.credentials.connector.Login;
import ai.scailabs.vault.credentials.connector.Route;
import ai.scailabs.vault.credentials.connector.TargetConfig;
import ai.scailabs.vault.credentials.connector.TargetException;
import ai.scailabs.vault.credentials.connector.TargetLimits;
import ai.scailabs.vault.credentials.connector.TargetNetwork;
import com.mongodb.MongoClientSettings;
import com.mongodb.MongoCommandException;
import com.mongodb.MongoCredential;
import com.mongodb.ServerAddress;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.connection.ClusterConnectionMode;
import com.mongodb.connection.NettyTransportSettings;
import com.mongodb.connection.ServerMonitoringMode;
import com.mongodb.connection.TransportSettings;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonString;
import org.jspecify.annotations.Nullable;

/** Commands over connections that are made for one piece of work: one for the commands, and one by which the driver finds out what it talks to. Not thread-safe. */
final class MongoCommands {
    private static final int WRITE_CONCERN_FAILED = 64;

    private final MongoClient client;
    private final BsonDocument durable;

    private MongoCommands(MongoClient client, Duration patience) {
        this.client = client;
        // Else a change could be undone when another server takes over.
        this.durable = new BsonDocument("w", new BsonString("majority"))
                .append("wtimeout", new BsonInt64(patience.toMillis()));
    }

    /** What is done as somebody. */
    interface Work<T extends @Nullable Object> {
        T over(MongoCommands commands) throws TargetException;
    }

    /** @param login stays the caller's */
    static <T extends @Nullable Object> T during(TargetConfig config, TargetNetwork network, Login login, Work<T> work)
            throws TargetException {
        FirstContact contact = new FirstContact(config.replicaSet());
        try (Route route = network.route(config);
                RoutedLoop loop = new RoutedLoop(route)) {
            try (MongoClient client =
                    MongoClients.create(settings(config, network.limits(), login, route, loop, contact))) {
                return work.over(new MongoCommands(client, network.limits().connect()));
            } catch (SSLException | RuntimeException failed) {
                throw MongoFailures.of(failed, route.isLate());
            }
        }
    }

    private static MongoClientSettings settings(
            TargetConfig config, TargetLimits limits, Login login, Route route, RoutedLoop loop, FirstContact contact)
            throws SSLException {
        long connect = limits.connect().toMillis();
        long read = limits.read().toMillis();
        MongoCredential credential = MongoCredential.createScramSha256Credential(
                login.user(), config.database(), login.passwordText().toCharArray());
        return MongoClientSettings.builder()
                .credential(credential)
                .retryReads(false)
                .retryWrites(false)
                .transportSettings(transport(config, route, loop))
                .inetAddressResolver(_ -> List.of(route.address().getAddress()))
                .applyToSslSettings(tls -> tls.enabled(config.encrypted()))
                // No member of a replica set is connected to that another one names.
                .applyToClusterSettings(cluster -> cluster.mode(ClusterConnectionMode.SINGLE)
                        .hosts(List.of(new ServerAddress(route.host(), route.port())))
                        .serverSelectionTimeout(connect, TimeUnit.MILLISECONDS)
                        .serverSelector(contact))
                .applyToServerSettings(server ->
                        server.serverMonitoringMode(ServerMonitoringMode.POLL).addServerMonitorListener(contact))
                .applyToSocketSettings(socket ->
                        socket.connectTimeout(connect, TimeUnit.MILLISECONDS).readTimeout(read, TimeUnit.MILLISECONDS))
                .applyToConnectionPoolSettings(
                        pool -> pool.minSize(0).maxSize(1).maxWaitTime(connect, TimeUnit.MILLISECONDS))
                .build();
    }

    private static TransportSettings transport(TargetConfig config, Route route, RoutedLoop loop) throws SSLException {
        NettyTransportSettings.Builder netty = TransportSettings.nettyBuilder().eventLoopGroup(loop);
        if (config.encrypted()) {
            // The driver holds the certificate against the name of the host.
            netty.sslContext(SslContextBuilder.forClient()
                    .sslProvider(SslProvider.JDK)
                    .protocols("TLSv1.3", "TLSv1.2")
                    .trustManager(route.tls().trust())
                    .build());
        }
        return netty.build();
    }

    BsonDocument run(String database, String command, int value) throws TargetException {
        return run(database, new BsonDocument(command, new BsonInt32(value)));
    }

    BsonDocument run(String database, BsonDocument command) throws TargetException {
        BsonDocument answer = client.getDatabase(database).runCommand(command, BsonDocument.class);
        if (answer.containsKey("writeConcernError")) {
            throw MongoFailures.of(answer.getDocument("writeConcernError")
                    .getNumber("code", new BsonInt32(WRITE_CONCERN_FAILED))
                    .intValue());
        }
        return answer;
    }

    /** The server's code of the error, which is one of those that are no failure; 0 for none. */
    int run(String database, BsonDocument command, Set<Integer> harmless) throws TargetException {
        try {
            run(database, command);
            return 0;
        } catch (MongoCommandException refused) {
            if (harmless.contains(refused.getErrorCode())) {
                return refused.getErrorCode();
            }
            throw refused;
        }
    }

    /** Of users; done when most members of a replica set have it. */
    BsonDocument change(String database, BsonDocument command) throws TargetException {
        return run(database, command.append("writeConcern", durable));
    }

    /** The same, with an answer as of {@link #run(String, BsonDocument, Set)}. */
    int change(String database, BsonDocument command, Set<Integer> harmless) throws TargetException {
        return run(database, command.append("writeConcern", durable), harmless);
    }
}
