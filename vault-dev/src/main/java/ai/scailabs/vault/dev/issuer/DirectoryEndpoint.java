package ai.scailabs.vault.dev.issuer;

import ai.scailabs.vault.dev.identity.DevIdentity;
import ai.scailabs.vault.dev.identity.DevTenant;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Clock;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** The invented people, tenants and partners as the lists that ScaiVault compares with; for the client {@link DevIssuer#SERVICE} only. */
@RestController
class DirectoryEndpoint {
    static final String PATH = "/api/v1/directory";

    private final IssuerSettings settings;
    private final Clock clock = Clock.systemUTC();

    DirectoryEndpoint(IssuerSettings settings) {
        this.settings = settings;
    }

    @GetMapping(PATH + "/partners")
    ResponseEntity<Object> partners(
            @RequestHeader(name = "Authorization", required = false) @Nullable String authorization,
            @RequestParam(defaultValue = "") String after) {
        return list(
                authorization,
                after,
                Stream.of(DevTenant.values())
                        .map(DevTenant::partnerId)
                        .distinct()
                        .map(DirectoryEndpoint::partner));
    }

    @GetMapping(PATH + "/partners/{id}")
    ResponseEntity<Object> partner(
            @RequestHeader(name = "Authorization", required = false) @Nullable String authorization,
            @PathVariable String id) {
        return one(
                authorization,
                Stream.of(DevTenant.values())
                        .map(DevTenant::partnerId)
                        .filter(id::equals)
                        .map(DirectoryEndpoint::partner));
    }

    @GetMapping(PATH + "/partners/{id}/tenants")
    ResponseEntity<Object> tenants(
            @RequestHeader(name = "Authorization", required = false) @Nullable String authorization,
            @PathVariable String id,
            @RequestParam(defaultValue = "") String after) {
        return list(
                authorization,
                after,
                Stream.of(DevTenant.values())
                        .filter(tenant -> tenant.partnerId().equals(id))
                        .map(DirectoryEndpoint::tenant));
    }

    @GetMapping(PATH + "/tenants/{id}")
    ResponseEntity<Object> tenant(
            @RequestHeader(name = "Authorization", required = false) @Nullable String authorization,
            @PathVariable String id) {
        return one(
                authorization,
                Stream.of(DevTenant.values())
                        .filter(tenant -> tenant.tenantId().equals(id))
                        .map(DirectoryEndpoint::tenant));
    }

    @GetMapping(PATH + "/tenants/{id}/users")
    ResponseEntity<Object> users(
            @RequestHeader(name = "Authorization", required = false) @Nullable String authorization,
            @PathVariable String id,
            @RequestParam(defaultValue = "") String after) {
        return list(authorization, after, people(id).map(DirectoryEndpoint::user));
    }

    @GetMapping(PATH + "/tenants/{id}/groups")
    ResponseEntity<Object> groups(
            @RequestHeader(name = "Authorization", required = false) @Nullable String authorization,
            @PathVariable String id,
            @RequestParam(defaultValue = "") String after) {
        Map<String, Object> administrators = Map.of(
                "id",
                "grp_administrators",
                "name",
                "administrators",
                "description",
                "Who manages the tenant",
                "status",
                "ACTIVE");
        return list(authorization, after, people(id).limit(1).map(any -> administrators));
    }

    @GetMapping(PATH + "/tenants/{id}/groups/{group}/members")
    ResponseEntity<Object> members(
            @RequestHeader(name = "Authorization", required = false) @Nullable String authorization,
            @PathVariable String id,
            @PathVariable String group,
            @RequestParam(defaultValue = "") String after) {
        return list(
                authorization,
                after,
                people(id)
                        .filter(person -> !person.role().isEmpty())
                        .map(person -> Map.of("user_id", person.userId(), "membership_type", "DIRECT")));
    }

    private static Stream<DevIdentity> people(String tenantId) {
        return Arrays.stream(DevIdentity.values())
                .filter(identity ->
                        identity.isPerson() && identity.tenant().tenantId().equals(tenantId));
    }

    private static Map<String, Object> partner(String id) {
        String name = id.substring("ptn_".length());
        return Map.of("id", id, "name", name, "slug", name, "region", "local", "status", "ACTIVE");
    }

    private static Map<String, Object> tenant(DevTenant tenant) {
        return Map.of(
                "id", tenant.tenantId(),
                "partner_id", tenant.partnerId(),
                "name", tenant.label(),
                "slug", tenant.label(),
                "status", "ACTIVE");
    }

    private static Map<String, Object> user(DevIdentity person) {
        Map<String, Object> user = new LinkedHashMap<>();
        user.put("id", person.userId());
        user.put("email", person.email());
        user.put("display_name", person.label().replace('_', ' '));
        user.put("status", "ACTIVE");
        user.put("mfa_enabled", false);
        user.put("roles", person.role().isEmpty() ? List.of() : List.of(person.role()));
        return user;
    }

    private ResponseEntity<Object> one(@Nullable String authorization, Stream<Map<String, Object>> found) {
        if (!isService(authorization)) {
            return ResponseEntity.status(HttpStatus.UNAUTHORIZED).build();
        }
        return found.findFirst()
                .map(item -> ResponseEntity.<Object>ok(
                        Map.of("as_of", clock.instant().toString(), "item", item)))
                .orElseGet(() -> ResponseEntity.notFound().build());
    }

    /** All on one page: there are few. */
    private ResponseEntity<Object> list(
            @Nullable String authorization, String after, Stream<? extends Map<String, ?>> found) {
        if (!isService(authorization)) {
            return ResponseEntity.status(HttpStatus.UNAUTHORIZED).build();
        }
        TreeMap<String, Map<String, ?>> items = new TreeMap<>();
        found.forEach(
                item -> items.put(String.valueOf(item.containsKey("id") ? item.get("id") : item.get("user_id")), item));
        return ResponseEntity.ok(Map.of(
                "as_of",
                clock.instant().toString(),
                "items",
                List.copyOf(items.tailMap(after, false).values()),
                "has_more",
                false));
    }

    private boolean isService(@Nullable String authorization) {
        String login = DevIssuer.SERVICE + ":" + settings.serviceSecret();
        String wanted = "Basic " + Base64.getEncoder().encodeToString(login.getBytes(StandardCharsets.UTF_8));
        return authorization != null
                && MessageDigest.isEqual(
                        wanted.getBytes(StandardCharsets.UTF_8), authorization.getBytes(StandardCharsets.UTF_8));
    }
}
