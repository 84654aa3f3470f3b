package ai.scailabs.vault.credentials.connector.redis;

import ai.scailabs.vault.credentials.connector.Account;
import ai.scailabs.vault.credentials.connector.Login;
import ai.scailabs.vault.credentials.connector.RedisRules;
import ai.scailabs.vault.credentials.connector.RootAccess;
import ai.scailabs.vault.credentials.connector.Route;
import ai.scailabs.vault.credentials.connector.Statements;
import ai.scailabs.vault.credentials.connector.Target;
import ai.scailabs.vault.credentials.connector.TargetConfig;
import ai.scailabs.vault.credentials.connector.TargetException;
import ai.scailabs.vault.credentials.connector.TargetFailure;
import ai.scailabs.vault.credentials.connector.TargetLimits;
import ai.scailabs.vault.credentials.connector.TargetNetwork;
import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.MaintNotificationsConfig;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.SslOptions;
import io.lettuce.core.SslVerifyMode;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.ArrayOutput;
import io.lettuce.core.output.CommandOutput;
import io.lettuce.core.output.IntegerOutput;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import io.lettuce.core.protocol.ProtocolVersion;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Users of Redis 6 and later. It is told the hash of a password, never the password. Where it keeps its users in a file of their own, they are written there after each change; where it does
 * not, those that were made go away when it is started again. There is no end that it would keep, and nothing that a user owns.
 */
public final class RedisTarget implements Target {
    private static final String NO_FILE = "ERR This Redis instance is not configured to use an ACL file";

    private final TargetConfig config;
    private final TargetNetwork network;
    private final RedisThreads threads;
    private final RootAccess root;

    /**
     * @param root becomes the target's
     * @param threads stay the caller's
     */
    public RedisTarget(TargetConfig config, Login root, TargetNetwork network, RedisThreads threads) {
        this.config = config;
        this.network = network;
        this.threads = threads;
        this.root = new RootAccess(root, network.limits());
    }

    @Override
    public void verify(Login login) throws TargetException {
        root.use(_ -> with(login, _ -> null));
    }

    @Override
    public void create(Account account, SensitiveBytes password, Instant expires, Statements statements)
            throws TargetException {
        List<String> rules = rules(statements).words();
        work(commands -> {
            if (isThere(commands, account.name())) {
                throw new TargetException(TargetFailure.STATEMENT_REFUSED);
            }
            List<String> words = new ArrayList<>(List.of("SETUSER", account.name(), "reset", hashed(password)));
            words.addAll(rules);
            // Last, so that there is no moment in which somebody may do what the rules do not say.
            words.add("on");
            acl(commands, new StatusOutput<>(StringCodec.UTF8), words);
            keep(commands);
            return null;
        });
    }

    /** Nothing, as there is no end to move. */
    @Override
    public void renew(Account account, Instant expires, Statements statements) {
        rules(statements);
    }

    @Override
    public void revoke(Account account, Statements statements) throws TargetException {
        rules(statements);
        if (root.isRoot(account.name())) {
            throw new TargetException(TargetFailure.NOT_PERMITTED);
        }
        work(commands -> {
            // Ends the user's connections, too.
            acl(commands, new IntegerOutput<>(StringCodec.UTF8), List.of("DELUSER", account.name()));
            keep(commands);
            return null;
        });
    }

    @Override
    public void rollback(Account account, Statements statements) throws TargetException {
        revoke(account, statements);
    }

    @Override
    public boolean exists(Account account) throws TargetException {
        return work(commands -> isThere(commands, account.name()));
    }

    @Override
    public void setPassword(String user, SensitiveBytes password) throws TargetException {
        work(commands -> {
            // Else it would be made.
            if (!isThere(commands, user)) {
                throw new TargetException(TargetFailure.STATEMENT_REFUSED);
            }
            List<String> words = List.of("SETUSER", user, "resetpass", hashed(password));
            acl(commands, new StatusOutput<>(StringCodec.UTF8), words);
            keep(commands);
            return null;
        });
        root.changed(user, password);
    }

    @Override
    public void close() {
        root.close();
    }

    private static RedisRules rules(Statements statements) {
        if (statements instanceof RedisRules rules) {
            return rules;
        }
        throw new IllegalArgumentException("these are no rules of Redis");
    }

    private static String hashed(SensitiveBytes password) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(password.expose());
            return "#" + HexFormat.of().formatHex(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    private <T extends @Nullable Object> T work(Work<T> work) throws TargetException {
        return root.use(login -> with(login, work));
    }

    private <T extends @Nullable Object> T with(Login login, Work<T> work) throws TargetException {
        try (Route route = network.route(config);
                RedisClient client = RedisClient.create(threads.resources())) {
            client.setOptions(options(route));
            try (StatefulRedisConnection<String, String> connection = connect(client, route, login)) {
                return work.over(new Commands(connection, network.limits().read()));
            }
        } catch (TargetException known) {
            throw known;
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            throw new TargetException(TargetFailure.UNREACHABLE);
        } catch (Exception failed) {
            throw RedisFailures.of(failed);
        }
    }

    private StatefulRedisConnection<String, String> connect(RedisClient client, Route route, Login login)
            throws Exception {
        AnswerGuard guard = new AnswerGuard();
        try {
            return guard.during(() -> route.during(() -> client.connect(StringCodec.UTF8, address(route, login))));
        } catch (Exception failed) {
            String refusal = guard.refusal();
            throw refusal == null ? failed : RedisFailures.refused(refusal);
        }
    }

    private RedisURI address(Route route, Login login) {
        RedisURI.Builder builder = RedisURI.builder()
                .withHost(route.host())
                .withPort(route.port())
                .withTimeout(network.limits().connect())
                .withAuthentication(login.user(), login.passwordText().toCharArray());
        if (config.encrypted()) {
            builder.withSsl(true).withVerifyPeer(SslVerifyMode.FULL);
        }
        return builder.build();
    }

    private ClientOptions options(Route route) {
        TargetLimits limits = network.limits();
        return ClientOptions.builder()
                // It would try the login of an account that has gone without end.
                .autoReconnect(false)
                .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
                // Who may not even do that is logged in nevertheless.
                .pingBeforeActivateConnection(false)
                .protocolVersion(ProtocolVersion.RESP2)
                .maintNotificationsConfig(MaintNotificationsConfig.disabled())
                .socketOptions(
                        SocketOptions.builder().connectTimeout(limits.connect()).build())
                .timeoutOptions(TimeoutOptions.enabled(limits.read()))
                .sslOptions(SslOptions.builder()
                        .jdkSslProvider()
                        .protocols("TLSv1.3", "TLSv1.2")
                        .handshakeTimeout(limits.connect())
                        .trustManager(route.tls().trust())
                        .build())
                .build();
    }

    private static boolean isThere(Commands commands, String user) throws Exception {
        // Nothing at all is how it answers about somebody it does not know.
        return acl(commands, new ArrayOutput<>(StringCodec.UTF8), List.of("GETUSER", user)).stream()
                .anyMatch(Objects::nonNull);
    }

    /** Whoever keeps users by other means has to look after them. */
    private static void keep(Commands commands) throws Exception {
        try {
            acl(commands, new StatusOutput<>(StringCodec.UTF8), List.of("SAVE"));
        } catch (RedisCommandExecutionException refused) {
            if (!String.valueOf(refused.getMessage()).startsWith(NO_FILE)) {
                throw refused;
            }
        }
    }

    private static <T> T acl(Commands commands, CommandOutput<String, String, T> output, List<String> words)
            throws Exception {
        CommandArgs<String, String> args = new CommandArgs<>(StringCodec.UTF8);
        words.forEach(args::add);
        var answer = commands.connection().async().dispatch(CommandType.ACL, output, args);
        try {
            return answer.toCompletableFuture().get(commands.patience().toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException failed) {
            throw failed.getCause() instanceof RedisCommandExecutionException refused ? refused : failed;
        } catch (TimeoutException silent) {
            answer.toCompletableFuture().cancel(false);
            throw silent;
        }
    }

    /** @param patience for each */
    private record Commands(StatefulRedisConnection<String, String> connection, Duration patience) {}

    private interface Work<T extends @Nullable Object> {
        T over(Commands commands) throws Exception;
    }
}
