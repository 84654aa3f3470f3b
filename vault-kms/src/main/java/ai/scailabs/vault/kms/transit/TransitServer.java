package ai.scailabs.vault.kms.transit;

import ai.scailabs.vault.kms.transit.TransitTrouble.Kind;
import io.github.jopenlibs.vault.EnvironmentLoader;
import io.github.jopenlibs.vault.Vault;
import io.github.jopenlibs.vault.VaultConfig;
import io.github.jopenlibs.vault.VaultException;
import io.github.jopenlibs.vault.api.Auth;
import io.github.jopenlibs.vault.api.Logical;
import io.github.jopenlibs.vault.json.JsonObject;
import io.github.jopenlibs.vault.json.JsonValue;
import io.github.jopenlibs.vault.response.AuthResponse;
import io.github.jopenlibs.vault.response.LogicalResponse;
import io.github.jopenlibs.vault.response.LookupResponse;
import java.net.http.HttpClient;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The calls that the server is asked, through the driver, whose exceptions hold bodies and headers, that is keys and tokens: they end here. A call that
 * meets a fault, a limit or a closed connection is tried again while there is time. Thread-safe.
 */
final class TransitServer implements AutoCloseable {
    private static final int TRIES = 3;
    private static final Duration LONGEST_CONNECT = Duration.ofSeconds(2);
    private static final int SHORTEST_PAUSE_MILLIS = 25;
    private static final int LONGEST_PAUSE_MILLIS = 100;

    /** Else the driver takes the address, the token and the trust from VAULT_… or a file in the home folder. */
    private static final EnvironmentLoader NO_ENVIRONMENT = new EnvironmentLoader() {
        private static final long serialVersionUID = 1;

        @Override
        public @Nullable String loadVariable(String name) {
            return null;
        }
    };

    private final TransitProperties where;
    private final HttpClient client;
    private final Duration eachTry;
    private final Clock clock;
    private final RandomGenerator random;

    TransitServer(TransitProperties where, Clock clock, RandomGenerator random) {
        this.where = where;
        this.eachTry = where.patience().dividedBy(2);
        this.client =
                TransitHttp.client(where.caFile(), eachTry.compareTo(LONGEST_CONNECT) < 0 ? eachTry : LONGEST_CONNECT);
        this.clock = clock;
        this.random = random;
    }

    /** {@code vault:v3:…} */
    String encrypt(String token, byte[] plaintext, byte[] associated, Deadline deadline) throws TransitTrouble {
        Map<String, Object> body = Map.of("plaintext", base64(plaintext), "associated_data", base64(associated));
        return text(written(token, "encrypt", body, deadline), "ciphertext");
    }

    byte[] decrypt(String token, String ciphertext, byte[] associated, Deadline deadline) throws TransitTrouble {
        Map<String, Object> body = Map.of("ciphertext", ciphertext, "associated_data", base64(associated));
        String plaintext = text(written(token, "decrypt", body, deadline), "plaintext");
        try {
            return Base64.getDecoder().decode(plaintext);
        } catch (IllegalArgumentException notBase64) {
            throw new TransitTrouble(Kind.NONSENSE, "Transit answered with a plaintext that is no Base64");
        }
    }

    /** What the key is; empty when there is none of that name. */
    Optional<Map<String, String>> readKey(String token, Deadline deadline) throws TransitTrouble {
        LogicalResponse response = asked(
                token, "read the key", deadline, vault -> logical(vault).read(where.mount() + "/keys/" + where.key()));
        if (response.getRestResponse().getStatus() == 404) {
            return Optional.empty();
        }
        data(response, "read the key");
        return Optional.of(response.getData());
    }

    /** @param credential what the login shows */
    Lease login(String credential, Deadline deadline) throws TransitTrouble {
        return switch (where.login()) {
            case TransitLogin.AppRole role ->
                granted(asked(
                        null,
                        TransitErrors.LOGIN,
                        deadline,
                        vault -> auth(vault).loginByAppRole(role.mount(), role.roleId(), credential)));
            case TransitLogin.Kubernetes pod ->
                granted(asked(
                        null,
                        TransitErrors.LOGIN,
                        deadline,
                        vault -> auth(vault).loginByJwt("kubernetes", pod.role(), credential, "auth/" + pod.mount())));
            case TransitLogin.Token _ -> Lease.unknown(credential, clock.instant());
        };
    }

    Lease renew(String token, Deadline deadline) throws TransitTrouble {
        return granted(
                asked(token, "renew the token", deadline, vault -> auth(vault).renewSelf()));
    }

    /** What the server knows of the token. */
    Lease lookUp(String token, Deadline deadline) throws TransitTrouble {
        LookupResponse known =
                asked(token, "look up the token", deadline, vault -> auth(vault).lookupSelf());
        return Lease.of(token, clock.instant(), known.getTTL(), known.isRenewable());
    }

    private Lease granted(AuthResponse response) throws TransitTrouble {
        String token = response.getAuthClientToken();
        if (token == null || !SecretText.FORM.matcher(token).matches()) {
            throw new TransitTrouble(Kind.NONSENSE, "the server answered without a token");
        }
        return Lease.of(token, clock.instant(), response.getAuthLeaseDuration(), response.isAuthRenewable());
    }

    private JsonObject written(String token, String operation, Map<String, Object> body, Deadline deadline)
            throws TransitTrouble {
        String path = where.mount() + "/" + operation + "/" + where.key();
        return data(asked(token, operation, deadline, vault -> logical(vault).write(path, body)), operation);
    }

    /** The driver gives back an answer of 4xx like any other. */
    private static JsonObject data(LogicalResponse response, String operation) throws TransitTrouble {
        int status = response.getRestResponse().getStatus();
        if (status != 200) {
            throw TransitErrors.of(operation, status, response.getRestResponse().getBody());
        }
        JsonObject data = response.getDataObject();
        if (data == null) {
            throw new TransitTrouble(Kind.NONSENSE, "the answer to " + operation + " is not understood");
        }
        return data;
    }

    private static String text(JsonObject data, String member) throws TransitTrouble {
        JsonValue value = data.get(member);
        if (value == null || !value.isString()) {
            throw new TransitTrouble(Kind.NONSENSE, "Transit answered without a " + member);
        }
        return value.asString();
    }

    private <T> T asked(@Nullable String token, String operation, Deadline deadline, Question<T> question)
            throws TransitTrouble {
        for (int attempt = 1; ; attempt++) {
            BoundedHttp http = new BoundedHttp(client, deadline.orIn(eachTry));
            try {
                return once(token, operation, http, question);
            } catch (TransitTrouble trouble) {
                if (!trouble.kind().passes() || attempt == TRIES) {
                    throw trouble;
                }
                pause(http.retryAfter(), deadline, trouble);
            }
        }
    }

    private <T> T once(@Nullable String token, String operation, BoundedHttp http, Question<T> question)
            throws TransitTrouble {
        try {
            T response = question.to(Vault.create(config(token, http), 1));
            if (response instanceof LogicalResponse logical
                    && logical.getRestResponse().getStatus() >= 400) {
                requireFinal(operation, logical);
            }
            return response;
        } catch (VaultException | RuntimeException failure) {
            throw TransitErrors.of(operation, failure);
        }
    }

    /** An answer that may be another the next time is a trouble here already, so that there is a next time. */
    private static void requireFinal(String operation, LogicalResponse logical) throws TransitTrouble {
        TransitTrouble trouble = TransitErrors.of(
                operation,
                logical.getRestResponse().getStatus(),
                logical.getRestResponse().getBody());
        if (trouble.kind().passes()) {
            throw trouble;
        }
    }

    private VaultConfig config(@Nullable String token, BoundedHttp http) throws VaultException {
        VaultConfig config = new VaultConfig()
                .environmentLoader(NO_ENVIRONMENT)
                .address(where.endpoint().toString())
                .httpClient(http);
        if (token != null) {
            config.token(token);
        }
        return config.build();
    }

    /** Said here, as the driver logs a line for every call if it is said in the configuration. */
    private Logical logical(Vault vault) {
        return vault.logical().withNameSpace(where.namespace());
    }

    private Auth auth(Vault vault) {
        return vault.auth().withNameSpace(where.namespace());
    }

    private void pause(Duration asked, Deadline deadline, TransitTrouble trouble) throws TransitTrouble {
        long nanos = asked.toNanos()
                + TimeUnit.MILLISECONDS.toNanos(random.nextInt(SHORTEST_PAUSE_MILLIS, LONGEST_PAUSE_MILLIS));
        if (nanos >= deadline.leftNanos()) {
            throw trouble;
        }
        try {
            TimeUnit.NANOSECONDS.sleep(nanos);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw trouble;
        }
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }

    @Override
    public void close() {
        client.shutdownNow();
    }

    @FunctionalInterface
    private interface Question<T> {
        T to(Vault vault) throws VaultException;
    }
}
