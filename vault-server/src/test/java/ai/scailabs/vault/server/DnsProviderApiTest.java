package ai.scailabs.vault.server;

import static org.assertj.core.api.Assertions.assertThat;

import ai.scailabs.vault.testkit.TestBind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** DNS providers over HTTP, with a real BIND. What each kind does with records is tried where it is made. */
class DnsProviderApiTest {
    private static final String PROVIDERS = "/v1/dns/providers";
    private static final String CANARY = "CANARY-dns-5d1f0c";

    private static RunningServer server;
    private static ApiClient owner;

    @BeforeAll
    static void prepare() {
        server = RunningServer.shared();
        owner = server.owner("resolving", "resolving");
    }

    private static Map<String, Object> body(String name, String type, Map<String, ?> credentials, Object... more) {
        Map<String, Object> body =
                new HashMap<>(Map.of("name", name, "provider_type", type, "credentials", credentials));
        for (int i = 0; i < more.length; i += 2) {
            body.put((String) more[i], more[i + 1]);
        }
        return body;
    }

    private static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(item -> texts.add(item.stringValue()));
        return texts;
    }

    @Test
    void provider_isMadeShownChangedTriedAndDeleted_andItsKeyNeverShown() {
        JsonNode created = owner.post(PROVIDERS, PreparedDns.body("whole-life", TestBind.KEY_SECRET))
                .expect(201)
                .json();
        String uri = PROVIDERS + "/" + created.get("id").stringValue();
        assertThat(created.get("id").stringValue()).startsWith("dnsp_");
        assertThat(created.get("is_active").booleanValue()).isTrue();
        assertThat(created.get("config").propertyNames()).containsExactly("server", "port", "tsig_key_name");

        ApiClient.Reply read = owner.get(uri).expect(200);
        assertThat(read.json()).isEqualTo(created);
        assertThat(read.body()).doesNotContain(TestBind.KEY_SECRET).doesNotContain("tsig_secret");
        assertThat(owner.get(PROVIDERS).expect(200).body())
                .contains("whole-life")
                .doesNotContain(TestBind.KEY_SECRET);

        JsonNode tried = owner.post(uri + "/test", null).expect(200).json();
        assertThat(tried.get("success").booleanValue()).isTrue();
        assertThat(texts(tried.get("zones"))).containsExactly(PreparedDns.ZONE);

        JsonNode changed = owner.patch(uri, Map.of("managed_zones", List.of("Other.Test."), "is_active", false))
                .expect(200)
                .json();
        assertThat(texts(changed.get("managed_zones"))).containsExactly("other.test");
        assertThat(changed.get("is_active").booleanValue()).isFalse();
        assertThat(changed.get("revision").intValue()).isEqualTo(2);
        owner.patch(uri, Map.of("is_active", true), "If-Match", "\"1\"").expect(409, "version_conflict");

        owner.delete(uri).expect(204);
        owner.get(uri).expect(404, "dns_provider_not_found");
        owner.post(uri + "/test", null).expect(404, "dns_provider_not_found");
        assertThat(Sql.superuser(server)
                        .value(
                                "select count(*) from dns_provider_credential where tenant_id = 'tnt_resolving' and key_id = ?",
                                created.get("id").stringValue()))
                .isEqualTo(0L);
    }

    @Test
    void credentialsThatTheProviderDoesNotAccept_areRefused_andNothingIsKept() {
        Map<String, Object> wrong = PreparedDns.body("wrong-key", "d3JvbmctY2FuYXJ5LWtleS13cm9uZw==");
        ApiClient.Reply refused = owner.post(PROVIDERS, wrong).expect(422, "dns_provider_refused");
        assertThat(refused.json().at("/error/details/reason").stringValue()).isEqualTo("credentials_refused");
        assertThat(refused.body()).doesNotContain("d3Jvbmc");
        assertThat(owner.get(PROVIDERS).expect(200).body()).doesNotContain("wrong-key");
        wrong.put("verify", false);
        String uri = PROVIDERS
                + "/"
                + owner.post(PROVIDERS, wrong).expect(201).json().get("id").stringValue();
        owner.post(uri + "/test", null).expect(422, "dns_provider_refused");
        owner.patch(uri, Map.of("credentials", PreparedDns.credentials(TestBind.KEY_SECRET)))
                .expect(200);
        owner.post(uri + "/test", null).expect(200);
    }

    @Test
    void zoneThatTheProviderDoesNotHave_isRefusedByItsName() {
        Map<String, Object> body = PreparedDns.body("lacking", TestBind.KEY_SECRET);
        body.put("managed_zones", List.of(PreparedDns.ZONE, "nobodys.test"));
        assertThat(owner.post(PROVIDERS, body).expect(422, "validation_error").body())
                .contains("managed_zones", "nobodys.test");
        body.put("verify", false);
        String id = owner.post(PROVIDERS, body).expect(201).json().get("id").stringValue();
        JsonNode tried =
                owner.post(PROVIDERS + "/" + id + "/test", null).expect(200).json();
        assertThat(tried.get("success").booleanValue()).isFalse();
        assertThat(texts(tried.get("missing_zones"))).containsExactly("nobodys.test");
    }

    @Test
    void providerThatIsAway_isAnOutageOfOthers() {
        Map<String, ?> nowhere = Map.of("base_url", "http://127.0.0.1:1", "api_key", CANARY);
        ApiClient.Reply away =
                owner.post(PROVIDERS, body("away", "powerdns", nowhere)).expect(502, "backend_unavailable");
        assertThat(away.json().at("/error/details/reason").stringValue()).isEqualTo("unavailable");
        assertThat(away.body()).doesNotContain(CANARY);
    }

    /** Loopback is for development, as the test is; nothing else inside is. */
    @Test
    void addressesInside_areRefused() {
        for (String url : List.of(
                "https://10.0.0.1",
                "https://169.254.169.254",
                "https://[fd00::1]",
                "https://192.168.1.1:8443",
                "http://10.0.0.1")) {
            ApiClient.Reply refused = owner.post(
                            PROVIDERS, body("inside", "powerdns", Map.of("base_url", url, "api_key", CANARY)))
                    .expect(422, "dns_provider_refused");
            assertThat(refused.json().at("/error/details/reason").stringValue())
                    .as(url)
                    .isEqualTo("endpoint_refused");
        }
        Map<String, ?> metadata =
                Map.of("server", "169.254.169.254", "tsig_key_name", "k", "tsig_secret", TestBind.KEY_SECRET);
        owner.post(PROVIDERS, body("inside", "rfc2136", metadata, "managed_zones", List.of("x.test")))
                .expect(422, "dns_provider_refused");
    }

    @Test
    void malformedProviders_areRefusedByField_andNothingIsRepeated() {
        Map<String, ?> token = Map.of("api_token", CANARY);
        List<Map<String, Object>> bodies = List.of(
                body("UPPER", "cloudflare", token),
                body("dnsp_x", "cloudflare", token),
                body("typed", "scaidns", Map.of("base_url", "https://dns.example", "api_key", CANARY)),
                body("typed", "bind", token),
                body("fields", "cloudflare", Map.of("api_token", CANARY, "api_key", CANARY)),
                body("fields", "cloudflare", Map.of()),
                body("fields", "cloudflare", Map.of("api_token", CANARY + "\n" + CANARY)),
                body("fields", "cloudflare", Map.of("api_token", List.of(CANARY))),
                body("fields", "cloudflare", Map.of("api_token", Map.of("a", CANARY))),
                body("fields", "route53", Map.of()),
                body("fields", "route53", Map.of("access_key_id", CANARY)),
                body("fields", "google", Map.of("service_account_json", "{\"private_key\":\"" + CANARY + "\"}")),
                body("fields", "powerdns", Map.of("base_url", "ftp://x", "api_key", CANARY)),
                body("fields", "powerdns", Map.of("base_url", "https://" + CANARY + ":p@x.test", "api_key", CANARY)),
                body("zones", "cloudflare", token, "managed_zones", List.of("not a zone")),
                body("zones", "cloudflare", token, "managed_zones", List.of("a.*.test")),
                body("zones", "rfc2136", PreparedDns.credentials(TestBind.KEY_SECRET)),
                body(
                        "zones",
                        "rfc2136",
                        PreparedDns.credentials(TestBind.KEY_SECRET),
                        "managed_zones",
                        List.of("*.prepared.test")));
        for (Map<String, Object> body : bodies) {
            body.put("verify", false);
            ApiClient.Reply refused = owner.post(PROVIDERS, body).expect(422, "validation_error");
            assertThat(refused.body()).as(body.toString()).doesNotContain(CANARY);
        }
        owner.post(PROVIDERS, Map.of("name", "none", "provider_type", "cloudflare"))
                .expect(422, "validation_error");
        owner.post(PROVIDERS, body("odd", "cloudflare", token, "colour", "red")).expect(400, "invalid_request");
        owner.post(PROVIDERS, Map.of("name", "text", "provider_type", "cloudflare", "credentials", CANARY))
                .expect(400, "invalid_request");
    }

    @Test
    void nameThatIsTaken_isAConflict() {
        owner.post(PROVIDERS, PreparedDns.body("twice", TestBind.KEY_SECRET)).expect(201);
        owner.post(PROVIDERS, PreparedDns.body("twice", TestBind.KEY_SECRET)).expect(409, "conflict");
    }

    @Test
    void credentials_areSealedInTheDatabase_andUnderTheNextKeyAfterARotation() {
        ApiClient other = server.owner("resolving-rotated", "resolving");
        String id = PreparedDns.create(other);
        String sealed =
                "select encode(private_key, 'hex') from dns_provider_credential where tenant_id = 'tnt_resolving-rotated'";
        Object before = Sql.superuser(server).value(sealed);
        assertThat(before.toString()).doesNotContain("626d39304c574574"); // the key's Base64, as hex of its text
        other.post("/v1/keys/tenant/rotate", null).expect(202);
        Sql.superuser(server).awaitKeyJobs("tnt_resolving-rotated");
        assertThat(Sql.superuser(server).value(sealed)).isNotEqualTo(before);
        assertThat(other.get("/v1/keys").expect(200).body()).contains("dns_provider_credentials");
        other.post(PROVIDERS + "/" + id + "/test", null).expect(200);
    }

    /** Who can write to the database cannot have a key sent elsewhere: what counts is what was sealed. */
    @Test
    void rowThatIsAltered_changesNothingOfWhereTheKeyGoes_andOneThatIsMovedDoesNotOpen() {
        ApiClient other = server.owner("resolving-altered", "resolving");
        String id = PreparedDns.create(other);
        String second = PreparedDns.create(other);
        Sql sql = Sql.superuser(server);
        sql.update(
                "update dns_provider set config = '{\"server\": \"192.0.2.1\"}' where tenant_id = 'tnt_resolving-altered'");
        other.post(PROVIDERS + "/" + id + "/test", null).expect(200);
        sql.update("""
                update dns_provider_credential c set private_key = o.private_key from dns_provider_credential o
                where c.tenant_id = 'tnt_resolving-altered' and o.tenant_id = c.tenant_id and c.key_id = ? and o.key_id = ?
                """, id, second);
        other.post(PROVIDERS + "/" + id + "/test", null).expect(500, "integrity_failure");
    }

    @Test
    void whoHasARuleForOne_seesThatOneOnly() {
        PreparedDns.create(owner);
        String shown = owner.post(PROVIDERS, PreparedDns.body("shown-to-some", TestBind.KEY_SECRET))
                .expect(201)
                .json()
                .get("id")
                .stringValue();
        ApiClient some = server.client(server.token("resolving", "resolving")
                .serviceAccount("some")
                .scope("pki:admin")
                .sign());
        some.get(PROVIDERS + "/" + shown).expect(403, "access_denied");
        owner.allow("sa:some", "pki/dns-providers/shown-to-some", "read");
        JsonNode list = some.get(PROVIDERS).expect(200).json().get("providers");
        assertThat(list).hasSize(1);
        some.get(PROVIDERS + "/" + shown).expect(200);
        some.post(PROVIDERS + "/" + shown + "/test", null).expect(403, "access_denied");
        some.delete(PROVIDERS + "/" + shown).expect(403, "access_denied");
    }

    @Test
    void pages_areFull_andFollowOneAnother() {
        ApiClient many = server.owner("resolving-many", "resolving");
        List<String> made = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            made.add(PreparedDns.create(many));
        }
        List<String> seen = new ArrayList<>();
        String cursor = "";
        do {
            JsonNode page =
                    many.get(PROVIDERS + "?limit=2" + cursor).expect(200).json();
            page.get("providers")
                    .forEach(provider -> seen.add(provider.get("id").stringValue()));
            cursor = page.get("cursor").isNull()
                    ? null
                    : "&cursor=" + page.get("cursor").stringValue();
        } while (cursor != null);
        assertThat(seen).containsExactlyElementsOf(made);
    }

    @Test
    void entriesOfTheLog_nameTheProvider_andNothingOfItsCredentials() {
        String requestId = AuditRow.newRequestId();
        owner.post(PROVIDERS, PreparedDns.body("logged", TestBind.KEY_SECRET), "X-Request-ID", requestId)
                .expect(201);
        String row = Sql.superuser(server)
                .value("select l::text from audit_log l where request_id = ?", requestId)
                .toString();
        assertThat(row).contains("dns_provider_create", "logged", "rfc2136").doesNotContain(TestBind.KEY_SECRET);
    }
}
