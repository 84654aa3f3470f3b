package ai.scailabs.vault.federation.hashicorp;

import ai.scailabs.vault.outbound.http.Outgoing;
import ai.scailabs.vault.outbound.http.SubstituteHttpClient;
import io.github.jopenlibs.vault.EnvironmentLoader;
import io.github.jopenlibs.vault.Vault;
import io.github.jopenlibs.vault.VaultConfig;
import io.github.jopenlibs.vault.VaultException;
import io.github.jopenlibs.vault.api.Auth;
import io.github.jopenlibs.vault.api.Logical;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A request as the driver makes it, taken from it where it would be sent. The driver would read answers of any size, make texts of values, other numbers of large ones and a stack overflow of
 * what nests deep, and put whole answers into its exceptions. Not thread-safe.
 */
final class DriverRequest extends SubstituteHttpClient {
    /** Nothing else that the driver, or whoever configures it, may add leaves this process. */
    private static final Set<String> HEADERS = Set.of("x-vault-token", "x-vault-namespace", "x-vault-request");

    /** The driver adds its parameters to every query, of which it has none. */
    private static final Pattern DANGLING = Pattern.compile("[?&]$");

    /** Else the driver takes the address, the token and the trust from VAULT_… or a file in the home folder. */
    private static final EnvironmentLoader NO_ENVIRONMENT = new EnvironmentLoader() {
        private static final long serialVersionUID = 1;

        @Override
        public @Nullable String loadVariable(String name) {
            return null;
        }
    };

    private @Nullable HttpRequest made;

    private DriverRequest() {}

    /** @param token absent for a login */
    @SuppressWarnings("EmptyCatch")
    static Outgoing of(
            URI endpoint, @Nullable String namespace, @Nullable String token, Duration patience, Question question) {
        DriverRequest taken = new DriverRequest();
        try {
            VaultConfig config = new VaultConfig()
                    .environmentLoader(NO_ENVIRONMENT)
                    .address(endpoint.toString())
                    .httpClient(taken);
            if (token != null) {
                config.token(token);
            }
            // With another version of its engine, the driver writes data/ into every path.
            question.to(new Asked(Vault.create(config.build(), 1), namespace));
        } catch (VaultException unanswered) {
            // As it must be.
        }
        HttpRequest request = taken.made;
        if (request == null) {
            throw new IllegalStateException("the driver made no request");
        }
        URI location = URI.create(DANGLING.matcher(request.uri().toString()).replaceFirst(""));
        return new Outgoing(request.method(), location, headers(request), body(request), patience);
    }

    private static List<Map.Entry<String, String>> headers(HttpRequest request) {
        List<Map.Entry<String, String>> headers = new ArrayList<>();
        headers.add(Map.entry("User-Agent", "scaivault"));
        request.headers().map().forEach((name, values) -> {
            if (HEADERS.contains(name.toLowerCase(Locale.ROOT))) {
                values.forEach(value -> headers.add(Map.entry(name, value)));
            }
        });
        return headers;
    }

    @Override
    public <T> HttpResponse<T> send(HttpRequest request, BodyHandler<T> handler) throws IOException {
        made = request;
        throw new IOException("taken, and not sent");
    }

    @FunctionalInterface
    interface Question {
        void to(Asked vault) throws VaultException;
    }

    /** The driver's ways to ask; the namespace is said here, as the driver logs a line for every call if it is said in the configuration. */
    record Asked(Vault driver, @Nullable String namespace) {
        Logical logical() {
            return driver.logical().withNameSpace(namespace);
        }

        Auth auth() {
            return driver.auth().withNameSpace(namespace);
        }
    }
}
