package ai.scailabs.vault.bench.stand;

import ai.scailabs.vault.access.quota.RateCategory;
import ai.scailabs.vault.access.quota.RateLimits;
import ai.scailabs.vault.bench.measure.CpuUse;
import ai.scailabs.vault.kms.local.LocalFileRootKey;
import ai.scailabs.vault.testkit.TestDatabase;
import ai.scailabs.vault.testkit.TestIssuer;
import ai.scailabs.vault.testkit.TestPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Database, issuer and server in a folder of their own, which {@link #close()} removes but for the server's log. */
public final class Stand implements AutoCloseable {
    /** Of 16 MiB: more than a round writes. */
    private static final int LOG_SEGMENTS = 48;

    /** What docs/operations/performance.md says is enough. */
    private static final int HEAP_MEBIBYTES = 224;

    private static final String PKI_TENANT = "tnt_bench00";

    private final Path folder;
    private final TestPostgres postgres;
    private final TestDatabase database;
    private final TestIssuer issuer;
    private final Tenants tenants;
    private final int port;
    private final Map<String, String> settings;
    private int heapMebibytes = HEAP_MEBIBYTES;
    private @Nullable DistantKms kms;
    private @Nullable ServerProcess server;

    private Stand(Path folder) {
        this.folder = folder;
        LocalFileRootKey.openOrCreate(rootKey(), new SecureRandom());
        this.postgres = TestPostgres.privateInstance(folder.resolve("postgres"), true);
        this.database = postgres.database();
        this.issuer = TestIssuer.start();
        this.tenants = Tenants.issuedBy(issuer);
        this.port = freePort();
        this.settings = settings();
    }

    /** Nothing runs on the folder yet; what an earlier run left there is removed. */
    public static Stand prepare(Path folder) throws IOException {
        empty(folder);
        Files.createDirectories(folder);
        Stand stand = new Stand(folder);
        stand.tenants.writeTo(stand.targets());
        return stand;
    }

    private Map<String, String> settings() {
        Map<String, String> chosen = new HashMap<>();
        chosen.put("DATABASE_URL", database.app().url());
        chosen.put("DATABASE_OWNER_URL", database.owner().url());
        chosen.put("DATABASE_WORKER_URL", database.worker().url());
        chosen.put("SCAIKEY_URL", issuer.issuer());
        chosen.put("BIND_ADDRESS", "127.0.0.1:" + port);
        chosen.put("BASE_URL", baseUrl());
        chosen.put("KMS_PROVIDER", "local");
        chosen.put("KMS_LOCAL_KEY_FILE", rootKey().toString());
        chosen.put("SCAIVAULT_DEV", "true");
        // A few identities ask as fast as the service can answer.
        for (RateCategory category : RateCategory.values()) {
            chosen.put("RATE_LIMIT_" + category + "_PER_MINUTE", String.valueOf(RateLimits.MAX_PER_MINUTE));
        }
        return chosen;
    }

    /**
     * Starts the server, again if it runs; tells the time from the start of the process to the first {@code 200} of {@code /v1/health/ready}.
     *
     * @param jar of the server, unpacked beside its libraries
     */
    public Duration startServer(Path jar) throws InterruptedException {
        stopServer();
        ServerProcess started = ServerProcess.start(jar, heapMebibytes, port, settings, log());
        server = started;
        return started.startTime();
    }

    /** Gives the server so much more heap from the next start on. */
    public void addHeap(int mebibytes) {
        heapMebibytes += mebibytes;
    }

    /** Keeps the root key elsewhere from the next start on. Before anything is sealed. */
    public void useDistantKms() {
        DistantKms distant = new DistantKms();
        kms = distant;
        settings.remove("KMS_LOCAL_KEY_FILE");
        settings.put("KMS_PROVIDER", "aws");
        settings.put("KMS_KEY_ID", DistantKms.KEY);
        settings.put("KMS_ENDPOINT", distant.endpoint());
        settings.put("AWS_ACCESS_KEY_ID", "not-a-key");
        settings.put("AWS_SECRET_ACCESS_KEY", "not-a-secret-outside-benchmarks");
    }

    /** How far away the root key is from now on: every call takes so much longer. */
    public void moveKms(Duration away) {
        distantKms().stand(away);
    }

    /** Calls of the root key since it was moved. */
    public long kmsCalls() {
        return distantKms().calls();
    }

    /** How many of them were under way at the same moment, at most. */
    public int mostKmsCallsAtOnce() {
        return distantKms().mostUnderWay();
    }

    private DistantKms distantKms() {
        if (kms == null) {
            throw new IllegalStateException("the root key is in a file");
        }
        return kms;
    }

    /** Makes the tenants, their policies and their secrets. */
    public void seed() throws InterruptedException {
        Seed.plant(baseUrl(), tenants);
    }

    /** Makes an authority, a role to issue by, and certificates to ask about. */
    public void seedPki() throws IOException {
        try (ApiCaller admin = pkiAdmin()) {
            PkiSeed.plant(admin, folder);
        }
    }

    /** So many revoked certificates of the role {@code bench}, whose authority {@link #seedPki} made. */
    public void crowd(int certificates) throws SQLException {
        try (Connection connection = database.superuser().dataSource().getConnection()) {
            Crowd.fill(connection, PKI_TENANT, "bench", certificates);
        }
    }

    /** So many who wait for the events of a subscription that has none, for at least these seconds. */
    public LongPolls poll(int count, int seconds) throws InterruptedException {
        try (ApiCaller subscriber = subscriber()) {
            String subscription = ApiCaller.member(
                    "id",
                    subscriber.send(
                            "POST",
                            "/v1/subscriptions",
                            "{\"name\":\"bench " + System.nanoTime()
                                    + "\",\"paths\":[\"quiet/**\"],\"events\":[\"secret.created\"],\"delivery\":{\"type\":\"polling\"}}"));
            return LongPolls.open(subscriber, port, subscription, count, seconds);
        }
    }

    private ApiCaller subscriber() {
        return new ApiCaller(
                baseUrl(),
                issuer.token()
                        .tenant(PKI_TENANT)
                        .partner("ptn_bench0")
                        .user("polls@bench.test")
                        .role("partner_admin")
                        .scope("subscriptions:read subscriptions:write admin")
                        .sign());
    }

    /** Another vault behind paths of one tenant, whose values come so late. */
    public SlowVault slowVault(Duration late) {
        String user = "federation@bench.test";
        ApiCaller administrator = new ApiCaller(
                baseUrl(),
                issuer.token()
                        .tenant(PKI_TENANT)
                        .partner("ptn_bench0")
                        .user(user)
                        .role("tenant_admin")
                        .scope("secrets:read secrets:write policies:write federation:write admin")
                        .sign());
        String policy = ApiCaller.member(
                "id",
                administrator.send(
                        "POST",
                        "/v1/policies",
                        "{\"name\":\"slow vault\",\"rules\":[{\"path_pattern\":\"**\",\"permissions\":[\"read\",\"write\"]}]}"));
        administrator.send(
                "POST",
                "/v1/policies/" + policy + "/bindings",
                "{\"identity_type\":\"user\",\"identity_id\":\"user:" + user + "\"}");
        return new SlowVault(administrator, late);
    }

    /** Whoever manages the authority. */
    public ApiCaller pkiAdmin() {
        return new ApiCaller(
                baseUrl(),
                issuer.token()
                        .tenant(PKI_TENANT)
                        .partner("ptn_bench0")
                        .user("pki@bench.test")
                        .role("tenant_admin")
                        .scope("pki:admin pki:issue")
                        .sign());
    }

    /**
     * Gives PostgreSQL the files that one has which has run for a while and is told to keep them: segments of its log to use again. A new one is filled with zeros and
     * synced by whoever comes to the end of the last, and all that commit wait for it, every few seconds.
     */
    public void age() throws SQLException {
        try (Connection connection = database.superuser().dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("alter system set min_wal_size = '1GB'");
            statement.execute("alter system set max_wal_size = '4GB'");
            statement.execute("select pg_reload_conf()");
            for (int segment = 0; segment < LOG_SEGMENTS; segment++) {
                statement.execute("select pg_logical_emit_message(false, 'bench', '')");
                statement.execute("select pg_switch_wal()");
            }
        }
        checkpoint();
    }

    /** What was written is put in its place now, and what that took of the log is free again, rather than at some moment of a measurement. */
    public void checkpoint() throws SQLException {
        try (Connection connection = database.superuser().dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("checkpoint");
        }
    }

    public int secretCount() {
        return tenants.tokens().size() * tenants.paths().size();
    }

    public int tenantCount() {
        return tenants.tokens().size();
    }

    /** What each process has used so far. */
    public CpuUse cpu() {
        return CpuUse.now(running().pid(), postgres.pid());
    }

    public long serverPid() {
        return running().pid();
    }

    /** Sees everything, also past row-level security. */
    public String superuserUrl() {
        return database.superuser().url();
    }

    public long serverResidentMiB() {
        return CpuUse.residentMiB(running().pid());
    }

    public int port() {
        return port;
    }

    /** The tokens and paths, for the scripts. */
    public Path targets() {
        return folder.resolve("targets");
    }

    private Path rootKey() {
        return folder.resolve("root.key");
    }

    public Path log() {
        return folder.resolveSibling("server.log");
    }

    /** Another database on the same PostgreSQL, empty. */
    public TestDatabase emptyDatabase() {
        return postgres.database();
    }

    public String baseUrl() {
        return "http://127.0.0.1:" + port;
    }

    private ServerProcess running() {
        if (server == null) {
            throw new IllegalStateException("the server does not run");
        }
        return server;
    }

    private void stopServer() {
        if (server != null) {
            server.close();
            server = null;
        }
    }

    @Override
    public void close() throws IOException {
        stopServer();
        if (kms != null) {
            kms.close();
        }
        issuer.close();
        postgres.close();
        empty(folder);
    }

    /** Below the range from which the system takes ports for outgoing connections, so that it is free at the next start as well. */
    private static int freePort() {
        for (int candidate = 18_200; candidate < 18_300; candidate++) {
            try (ServerSocket socket = new ServerSocket(candidate, 1, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            } catch (IOException taken) {
                continue;
            }
        }
        throw new IllegalStateException("found no free port on loopback");
    }

    private static void empty(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        List<Path> deepestFirst;
        try (Stream<Path> files = Files.walk(folder)) {
            deepestFirst = files.sorted(Comparator.reverseOrder()).toList();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        for (Path file : deepestFirst) {
            Files.deleteIfExists(file);
        }
    }
}
