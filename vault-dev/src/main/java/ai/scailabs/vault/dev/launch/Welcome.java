package ai.scailabs.vault.dev.launch;

import ai.scailabs.vault.dev.identity.DevIdentity;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;

/** The five calls that a newcomer pastes, tokens included. */
final class Welcome {
    private final String baseUrl;
    private final Path folder;
    private final Map<String, String> tokens;

    Welcome(String baseUrl, Path folder, Map<String, String> tokens) {
        this.baseUrl = baseUrl;
        this.folder = folder;
        this.tokens = tokens;
    }

    String text() {
        return """

                ScaiVault is ready: %s

                Write a secret:
                %s -X PUT -H 'Content-Type: application/json' -d '{"data": {"user": "app", "password": "not-a-real-one"}}' %s

                Read it back:
                %s %s

                Ask for it as a service of another partner's tenant, for whom it does not exist:
                %s %s

                List:
                %s '%s'

                See who did what:
                %s '%s'

                More tokens: bin/token NAME (%s), also in %s
                Log: %s. For development only: the issuer gives anybody any token, and the root key is a file unless KMS_PROVIDER says otherwise.
                """.formatted(
                        baseUrl,
                        curl(DevIdentity.WRITER),
                        url("/v1/secrets/app/db"),
                        curl(DevIdentity.READER),
                        url("/v1/secrets/app/db"),
                        curl(DevIdentity.OTHER_TENANT),
                        url("/v1/secrets/app/db"),
                        curl(DevIdentity.READER),
                        url("/v1/secrets?prefix=app/&recursive=true"),
                        curl(DevIdentity.AUDITOR),
                        url("/v1/audit/logs?limit=5"),
                        String.join(", ", tokens.keySet()),
                        folder.resolve("dev.json"),
                        folder.resolve("server.log"));
    }

    private String curl(DevIdentity identity) {
        String token = Objects.requireNonNull(tokens.get(identity.label()));
        return "curl -sS -H 'Authorization: Bearer " + token + "'";
    }

    private String url(String path) {
        return baseUrl + path;
    }
}
