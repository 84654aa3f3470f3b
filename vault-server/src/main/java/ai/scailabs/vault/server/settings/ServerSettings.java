package ai.scailabs.vault.server.settings;

import ai.scailabs.vault.access.quota.RateCategory;
import ai.scailabs.vault.access.quota.RateLimits;
import ai.scailabs.vault.access.redis.RedisLogin;
import ai.scailabs.vault.access.token.TokenProperties;
import ai.scailabs.vault.api.listener.TlsFiles;
import ai.scailabs.vault.api.request.ProxyHeader;
import ai.scailabs.vault.api.system.SecurityTxt;
import ai.scailabs.vault.kernel.net.AddressRange;
import ai.scailabs.vault.persistence.jdbc.DatabaseLogin;
import ai.scailabs.vault.pki.crl.CrlTerms;
import ai.scailabs.vault.tenancy.rotation.KeySchedule;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What the environment says, valid as a whole. */
public record ServerSettings(
        Database database,
        ScaiKey scaiKey,
        ExchangeSettings exchange,
        ObjectStoreSettings objectStores,
        DnsSettings dns,
        FederationSettings federation,
        TargetSettings targets,
        Http http,
        Logging logging,
        RootKeys rootKeys,
        KeySchedule keySchedule,
        Duration erasureWait,
        RateLimits rateLimits,
        @Nullable Redis redis,
        IdentitySettings identity,
        AuditSettings audit,
        PkiSettings pki,
        PublishSettings publish,
        @Nullable SecurityTxt securityTxt,
        ExportSettings exports,
        CrlTerms crls,
        @Nullable Duration keepExpired,
        EventSettings events,
        boolean development) {

    /** @param owner absent: the schema must be up to date already; @param worker absent: no background jobs here */
    public record Database(
            DatabaseLogin app,
            @Nullable DatabaseLogin owner,
            @Nullable DatabaseLogin worker,
            int poolSize) {}

    /** @param jwksUrl absent: found by discovery; @param introspection absent: no personal tokens */
    public record ScaiKey(
            URI url,
            @Nullable URI jwksUrl,
            List<String> issuers,
            String audience,
            TokenProperties.@Nullable Introspection introspection) {}

    /**
     * @param tls absent: no TLS
     * @param certificate shown in the place of what the files of {@code tls} hold; only with {@code tls}
     * @param metrics absent: metrics only with a token
     */
    public record Http(
            ListenAddress bind,
            URI baseUrl,
            @Nullable TlsFiles tls,
            @Nullable TlsCertificate certificate,
            List<AddressRange> trustedProxies,
            ProxyHeader proxyHeader,
            @Nullable ListenAddress metrics,
            int maxBodyBytes) {}

    /** @param caFile absent: what the runtime trusts */
    public record Redis(RedisLogin login, @Nullable Path caFile, Duration patience) {}

    /** Levels as the logging system names them. */
    public record Logging(String level, boolean json) {}

    /** @throws InvalidSettings with every problem found */
    public static ServerSettings read(Map<String, String> environment) {
        SettingsReader reader = new SettingsReader(environment);
        Boolean development = reader.required(Setting.SCAIVAULT_DEV, ServerSettings::flag);
        boolean dev = Boolean.TRUE.equals(development);
        Database database = database(reader, dev);
        ScaiKey scaiKey = scaiKey(reader, dev);
        ExchangeSettings exchange = ExchangeSettings.read(reader);
        ObjectStoreSettings objectStores = ObjectStoreSettings.read(reader);
        DnsSettings dns = DnsSettings.read(reader);
        FederationSettings federation = FederationSettings.read(reader);
        TargetSettings targets = TargetSettings.read(reader);
        IdentitySettings identity = IdentitySettings.read(reader, dev, scaiKey == null ? null : scaiKey.url());
        Http http = http(reader);
        AuditSettings audit = AuditSettings.read(reader, http);
        PkiSettings pki = PkiSettings.read(reader, http);
        PublishSettings publish = PublishSettings.read(reader, dev);
        ExportSettings exports = ExportSettings.read(reader, dev);
        CrlTerms crls = CrlSettings.read(reader);
        Duration keepExpired = CrlSettings.retention(reader);
        EventSettings events = EventSettings.read(reader);
        Logging logging = logging(reader);
        RootKeys rootKeys = RootKeys.read(reader, dev);
        KeySchedule keySchedule = KeySettings.read(reader);
        Duration erasureWait = KeySettings.erasureWait(reader, dev);
        RateLimits rateLimits = rateLimits(reader);
        Redis redis = redis(reader);
        SecurityTxt securityTxt = SecurityTxtSettings.read(reader);
        if (dev && http != null && !http.bind().isLoopback()) {
            reader.problem("SCAIVAULT_DEV=true needs a loopback BIND_ADDRESS");
        }
        if (!reader.problems().isEmpty()
                || database == null
                || scaiKey == null
                || exchange == null
                || objectStores == null
                || dns == null
                || federation == null
                || targets == null
                || http == null
                || logging == null
                || identity == null
                || audit == null
                || pki == null
                || exports == null
                || crls == null
                || events == null
                || rootKeys == null
                || erasureWait == null) {
            throw new InvalidSettings(reader.problems());
        }
        return new ServerSettings(
                database,
                scaiKey,
                exchange,
                objectStores,
                dns,
                federation,
                targets,
                http,
                logging,
                rootKeys,
                keySchedule,
                erasureWait,
                rateLimits,
                redis,
                identity,
                audit,
                pki,
                publish,
                securityTxt,
                exports,
                crls,
                keepExpired,
                events,
                dev);
    }

    private static @Nullable Database database(SettingsReader reader, boolean dev) {
        DatabaseLogin app = reader.required(Setting.DATABASE_URL, DatabaseLogin::parse);
        DatabaseLogin owner = reader.optional(Setting.DATABASE_OWNER_URL, DatabaseLogin::parse);
        DatabaseLogin worker = reader.optional(Setting.DATABASE_WORKER_URL, DatabaseLogin::parse);
        if (!dev) {
            requireDecided(reader, Setting.DATABASE_URL, app);
            requireDecided(reader, Setting.DATABASE_OWNER_URL, owner);
            requireDecided(reader, Setting.DATABASE_WORKER_URL, worker);
        }
        Integer poolSize = reader.required(Setting.DATABASE_POOL_SIZE, number(2, 200));
        return app == null || poolSize == null ? null : new Database(app, owner, worker, poolSize);
    }

    /** What encrypts when it happens to work gives way to whoever sits between. */
    private static void requireDecided(SettingsReader reader, Setting setting, @Nullable DatabaseLogin login) {
        if (login != null && !List.of("verify-full", "verify-ca", "disable").contains(login.sslMode())) {
            reader.problem(setting + " must say sslmode=verify-full, verify-ca or require, which are verified, or"
                    + " sslmode=disable");
        }
    }

    private static @Nullable ScaiKey scaiKey(SettingsReader reader, boolean dev) {
        URI url = reader.required(Setting.SCAIKEY_URL, outbound(dev));
        URI jwksUrl = reader.optional(Setting.SCAIKEY_JWKS_URL, outbound(dev));
        List<String> issuers = reader.optional(Setting.SCAIKEY_ISSUERS, ServerSettings::list);
        String audience = reader.required(Setting.SCAIKEY_AUDIENCE, Optional::of);
        TokenProperties.Introspection introspection = introspection(reader, dev);
        if (url == null || audience == null) {
            return null;
        }
        return new ScaiKey(url, jwksUrl, issuers == null ? List.of(url.toString()) : issuers, audience, introspection);
    }

    private static TokenProperties.@Nullable Introspection introspection(SettingsReader reader, boolean dev) {
        int before = reader.problems().size();
        String clientId = reader.optional(Setting.SCAIKEY_CLIENT_ID, matching("[ -~]{1,256}"));
        String clientSecret = reader.optional(Setting.SCAIKEY_CLIENT_SECRET, matching("[!-~]{1,512}"));
        URI url = reader.optional(Setting.SCAIKEY_INTROSPECTION_URL, outbound(dev));
        if (reader.problems().size() > before) {
            return null;
        }
        if ((clientId == null) != (clientSecret == null)) {
            reader.problem("SCAIKEY_CLIENT_ID and SCAIKEY_CLIENT_SECRET are set together or not at all");
        } else if (url != null && clientId == null) {
            reader.problem("SCAIKEY_INTROSPECTION_URL needs SCAIKEY_CLIENT_ID and SCAIKEY_CLIENT_SECRET");
        }
        return clientId == null || clientSecret == null
                ? null
                : new TokenProperties.Introspection(url, clientId, clientSecret);
    }

    private static @Nullable Http http(SettingsReader reader) {
        ListenAddress bind = reader.required(Setting.BIND_ADDRESS, ListenAddress::parse);
        URI baseUrl = reader.required(Setting.BASE_URL, ServerSettings::webUrl);
        List<AddressRange> proxies = reader.required(Setting.TRUSTED_PROXIES, ServerSettings::ranges);
        ProxyHeader proxyHeader = reader.required(Setting.TRUSTED_PROXY_HEADER, ProxyHeader::parse);
        ListenAddress metrics = reader.optional(Setting.METRICS_BIND_ADDRESS, ListenAddress::parse);
        Integer maxBody = reader.required(Setting.MAX_BODY_BYTES, number(1_024, 16_777_216));
        Path certificate = reader.optional(Setting.TLS_CERT_FILE, ServerSettings::path);
        Path key = reader.optional(Setting.TLS_KEY_FILE, ServerSettings::path);
        int before = reader.problems().size();
        TlsCertificate managed = reader.optional(Setting.TLS_MANAGED_CERTIFICATE, TlsCertificate::parse);
        boolean malformed = reader.problems().size() > before;
        Path authorities = reader.optional(Setting.TLS_CLIENT_CA_FILE, ServerSettings::path);
        Path revocations = reader.optional(Setting.TLS_CLIENT_CRL_FILE, ServerSettings::path);
        if ((certificate == null) != (key == null)) {
            reader.problem("TLS_CERT_FILE and TLS_KEY_FILE are set together or not at all");
        }
        if (authorities != null && certificate == null && managed == null && !malformed) {
            reader.problem("TLS_CLIENT_CA_FILE needs TLS_CERT_FILE and TLS_KEY_FILE, or TLS_MANAGED_CERTIFICATE");
        }
        if (revocations != null && authorities == null) {
            reader.problem("TLS_CLIENT_CRL_FILE needs TLS_CLIENT_CA_FILE");
            revocations = null;
        }
        if (bind == null || baseUrl == null || proxies == null || proxyHeader == null || maxBody == null) {
            return null;
        }
        boolean both = certificate != null && key != null;
        TlsFiles tls = both || managed != null
                ? new TlsFiles(both ? certificate : null, both ? key : null, authorities, revocations)
                : null;
        return new Http(bind, baseUrl, tls, managed, proxies, proxyHeader, metrics, maxBody);
    }

    private static @Nullable Logging logging(SettingsReader reader) {
        String level = reader.required(Setting.LOG_LEVEL, oneOf("debug", "info", "warn", "error"));
        String format = reader.required(Setting.LOG_FORMAT, oneOf("json", "text"));
        return level == null || format == null ? null : new Logging(level, format.equals("json"));
    }

    private static RateLimits rateLimits(SettingsReader reader) {
        Map<RateCategory, Integer> perMinute = new EnumMap<>(RateCategory.class);
        for (Setting setting : Setting.values()) {
            setting.rate().ifPresent(category -> {
                OptionalInt limit = reader.required(setting, ServerSettings::rate);
                if (limit != null) {
                    limit.ifPresent(number -> perMinute.put(category, number));
                }
            });
        }
        OptionalInt ceiling = reader.required(Setting.RATE_LIMIT_TENANT_PER_MINUTE, ServerSettings::rate);
        return new RateLimits(perMinute, ceiling == null ? OptionalInt.empty() : ceiling);
    }

    private static @Nullable Redis redis(SettingsReader reader) {
        RedisLogin login = reader.optional(Setting.REDIS_URL, RedisLogin::parse);
        Path caFile = reader.optional(Setting.REDIS_CA_FILE, CertificateFile::parse);
        if (caFile != null && (login == null || !login.tls())) {
            reader.problem("REDIS_CA_FILE goes with a REDIS_URL that begins with rediss://");
        }
        Integer millis = reader.required(Setting.REDIS_TIMEOUT_MILLIS, number(10, 10_000));
        return login == null || millis == null ? null : new Redis(login, caFile, Duration.ofMillis(millis));
    }

    /** No number stands for no limit: 0 could mean that nothing is allowed. */
    private static Optional<OptionalInt> rate(String text) {
        return text.equals("off")
                ? Optional.of(OptionalInt.empty())
                : number(1, RateLimits.MAX_PER_MINUTE).apply(text).map(OptionalInt::of);
    }

    static Optional<Boolean> flag(String text) {
        return switch (text) {
            case "true" -> Optional.of(true);
            case "false" -> Optional.of(false);
            default -> Optional.empty();
        };
    }

    static Function<String, Optional<Integer>> number(int min, int max) {
        return text -> {
            if (!text.matches("[0-9]{1,9}")) {
                return Optional.empty();
            }
            int number = Integer.parseInt(text);
            return number < min || number > max ? Optional.empty() : Optional.of(number);
        };
    }

    static Function<String, Optional<String>> oneOf(String... choices) {
        return text -> Arrays.asList(choices).contains(text) ? Optional.of(text) : Optional.empty();
    }

    static Function<String, Optional<String>> matching(String pattern) {
        return text -> text.matches(pattern) ? Optional.of(text) : Optional.empty();
    }

    static Optional<Path> path(String text) {
        return text.indexOf('\0') < 0 ? Optional.of(Path.of(text)) : Optional.empty();
    }

    static Optional<List<String>> list(String text) {
        List<String> items =
                Arrays.stream(text.split(",", -1)).map(String::strip).toList();
        return items.contains("") ? Optional.empty() : Optional.of(items);
    }

    static Optional<List<AddressRange>> ranges(String text) {
        List<AddressRange> ranges = new ArrayList<>();
        for (String item : text.isBlank() ? new String[0] : text.split(",", -1)) {
            Optional<AddressRange> range = AddressRange.parse(item.strip());
            if (range.isEmpty()) {
                return Optional.empty();
            }
            ranges.add(range.get());
        }
        return Optional.of(ranges);
    }

    private static Optional<URI> webUrl(String text) {
        try {
            URI uri = new URI(text);
            boolean web = "https".equals(uri.getScheme()) || "http".equals(uri.getScheme());
            return web && uri.getHost() != null && uri.getUserInfo() == null ? Optional.of(uri) : Optional.empty();
        } catch (URISyntaxException malformed) {
            return Optional.empty();
        }
    }

    /** What the server calls itself: plain HTTP only to this machine, and only in development. */
    static Function<String, Optional<URI>> outbound(boolean dev) {
        return text ->
                webUrl(text).filter(uri -> "https".equals(uri.getScheme()) || (dev && isLoopback(uri.getHost())));
    }

    private static boolean isLoopback(String host) {
        String bare = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
        if (bare.equals("localhost")) {
            return true;
        }
        try {
            return InetAddress.ofLiteral(bare).isLoopbackAddress();
        } catch (IllegalArgumentException aName) {
            return false;
        }
    }
}
