package ai.scailabs.vault.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Lists: what they show, and that their cursors open nothing else. */
class SecretListApiTest {
    private static RunningServer server;
    private static ApiClient owner;

    @BeforeAll
    static void fill() {
        server = RunningServer.shared();
        owner = server.owner("list");
        write("app/db", "kv", Map.of("owner", "team:a", "tags", List.of("db", "prod")));
        write(
                "app/mail/smtp",
                "json",
                Map.of("owner", "team:b", "description", "The SMTP relay", "tags", List.of("mail")));
        write("app/mail/imap", "kv", Map.of());
        write("apps", "kv", Map.of());
        write("app", "api_key", Map.of());
        write("zoo/a/b/c", "kv", Map.of());
        owner.put("/v1/secrets/app/expiring", "{\"data\":{\"a\":1},\"options\":{\"expires_in\":\"10d\"}}")
                .expect(201);
        write("app/gone", "kv", Map.of());
        owner.delete("/v1/secrets/app/gone").expect(200);
    }

    private static void write(String path, String type, Map<String, Object> metadata) {
        owner.put("/v1/secrets/" + path, Map.of("data", Map.of("a", "b"), "secret_type", type, "metadata", metadata))
                .expect(201);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            ''                          | app app/db app/expiring app/mail/imap app/mail/smtp apps zoo/a/b/c
            prefix=app/                 | app/db app/expiring app/mail/imap app/mail/smtp
            prefix=app                  | app app/db app/expiring app/mail/imap app/mail/smtp
            prefix=app/mail/            | app/mail/imap app/mail/smtp
            prefix=nothing/             | ''
            tag=mail                    | app/mail/smtp
            tag=ma                      | ''
            secret_type=api_key         | app
            owner=team:a                | app/db
            q=smtp                      | app/mail/smtp
            q=RELAY                     | app/mail/smtp
            q=%25                       | ''
            q=_                         | ''
            expiring_within=30d         | app/expiring
            expiring_within=1d          | ''
            prefix=app/&include_deleted=true | app/db app/expiring app/gone app/mail/imap app/mail/smtp
            prefix=app/&tag=prod&owner=team:a | app/db
            """)
    void filters_showWhatTheySay(String query, String paths) {
        assertThat(String.join(" ", paths(owner.get("/v1/secrets?" + query)))).isEqualTo(paths);
    }

    @Test
    void oneLevel_showsFoldersThatAreThePrefixOfTheNext() {
        JsonNode top = owner.get("/v1/secrets?recursive=false").expect(200).json();
        assertThat(paths(owner.get("/v1/secrets?recursive=false"))).containsExactly("app", "apps");
        assertThat(top.get("folders")).extracting(JsonNode::stringValue).containsExactly("app/", "zoo/");
        JsonNode below =
                owner.get("/v1/secrets?recursive=false&prefix=app/").expect(200).json();
        assertThat(below.get("folders")).extracting(JsonNode::stringValue).containsExactly("app/mail/");
    }

    @Test
    void list_holdsNoValuesAndOnlyWhatTheCallerMayList() {
        ApiClient lister = server.member(owner, "list", "acme", "lister", "app/mail/*", "list");
        ApiClient.Reply reply = lister.get("/v1/secrets").expect(200);
        assertThat(paths(reply)).containsExactly("app/mail/imap", "app/mail/smtp");
        assertThat(reply.json().get("secrets"))
                .allSatisfy(secret -> assertThat(secret.has("data")).isFalse());
        assertThat(reply.body()).doesNotContain("zoo");
        JsonNode folders = lister.get("/v1/secrets?recursive=false").expect(200).json();
        assertThat(folders.get("folders")).extracting(JsonNode::stringValue).containsExactly("app/");
        // Who may read but not list is shown nothing.
        ApiClient reader = server.member(owner, "list", "acme", "list-reader", "**", "read");
        assertThat(paths(reader.get("/v1/secrets"))).isEmpty();
    }

    @Test
    void pages_areFullAndTogetherEverything() {
        List<String> seen = new ArrayList<>();
        String cursor = "";
        int pages = 0;
        do {
            ApiClient.Reply page = owner.get("/v1/secrets?limit=3" + cursor).expect(200);
            seen.addAll(paths(page));
            boolean more = page.json().get("has_more").booleanValue();
            assertThat(paths(page)).hasSize(more ? 3 : 1);
            cursor = more ? "&cursor=" + page.json().get("cursor").stringValue() : null;
            pages++;
        } while (cursor != null);
        assertThat(pages).isEqualTo(3);
        assertThat(seen).isEqualTo(paths(owner.get("/v1/secrets")));
    }

    @Test
    void cursor_fitsNoOtherListTenantOrFilter() {
        String cursor = cursor();
        owner.get("/v1/secrets?limit=2&cursor=%00").expect(400, "invalid_cursor");
        owner.get("/v1/secrets?limit=2&prefix=app/&cursor=" + cursor).expect(400, "invalid_cursor");
        owner.get("/v1/secrets?limit=2&tag=mail&cursor=" + cursor).expect(400, "invalid_cursor");
        owner.get("/v1/partner/secrets?limit=2&cursor=" + cursor).expect(400, "invalid_cursor");
        owner.get("/v1/policies?limit=2&cursor=" + cursor).expect(400, "invalid_cursor");
        owner.get("/v1/audit/logs?limit=2&cursor=" + cursor).expect(400, "invalid_cursor");
        owner.get("/v1/secrets/app:versions?cursor=" + cursor).expect(400, "invalid_cursor");
        server.owner("list-other").get("/v1/secrets?limit=2&cursor=" + cursor).expect(400, "invalid_cursor");
        owner.get("/v1/secrets?limit=5&cursor=" + cursor).expect(200);
    }

    @Test
    void cursor_isRefusedWhenAnythingOfItWasChanged() {
        byte[] cursor = Base64.getUrlDecoder().decode(cursor());
        for (int i = 0; i < cursor.length; i++) {
            byte[] changed = cursor.clone();
            changed[i] ^= 1;
            String text = Base64.getUrlEncoder().withoutPadding().encodeToString(changed);
            owner.get("/v1/secrets?limit=2&cursor=" + text).expect(400, "invalid_cursor");
        }
        byte[] old = cursor.clone();
        // The seconds of its making stand in front: two days back.
        old[5] -= 3;
        owner.get("/v1/secrets?limit=2&cursor="
                        + Base64.getUrlEncoder().withoutPadding().encodeToString(old))
                .expect(400, "invalid_cursor");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x",
                "AAAA",
                "%00",
                "null",
                "''",
                "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
                "=",
                "a b"
            })
    void cursorThatIsNone_isRefused(String cursor) {
        String encoded = cursor.startsWith("%") ? cursor : URLEncoder.encode(cursor, StandardCharsets.UTF_8);
        ApiClient.Reply reply = owner.get("/v1/secrets?cursor=" + encoded);
        assertThat(reply.status()).isIn(400, 422);
        assertThat(reply.code()).isIn("invalid_cursor", "validation_error");
    }

    @ParameterizedTest
    @CsvSource({
        "limit=0, 422, validation_error",
        "limit=1001, 422, validation_error",
        "limit=-1, 422, validation_error",
        "limit=ten, 422, validation_error",
        "limit=99999999999, 422, validation_error",
        "recursive=yes, 422, validation_error",
        "secret_type=password, 400, invalid_secret_type",
        "expiring_within=soon, 400, invalid_duration",
        "prefix=/app, 400, invalid_path",
        "prefix=App/, 400, invalid_path",
        "nonsense=1, 400, invalid_request",
        "limit=1&limit=2, 400, invalid_request"
    })
    void malformedParameter_isRefused(String query, int status, String code) {
        owner.get("/v1/secrets?" + query).expect(status, code);
    }

    private static String cursor() {
        return owner.get("/v1/secrets?limit=2").expect(200).json().get("cursor").stringValue();
    }

    private static List<String> paths(ApiClient.Reply reply) {
        List<String> paths = new ArrayList<>();
        reply.expect(200)
                .json()
                .get("secrets")
                .forEach(secret -> paths.add(secret.get("path").stringValue()));
        return paths;
    }
}
