package ai.scailabs.vault.api.dns;

import ai.scailabs.vault.api.answer.Answer;
import ai.scailabs.vault.api.answer.JsonWriter;
import ai.scailabs.vault.api.request.Call;
import ai.scailabs.vault.api.request.Cursors;
import ai.scailabs.vault.api.request.Endpoint;
import ai.scailabs.vault.api.request.EntityTags;
import ai.scailabs.vault.api.request.Idempotent;
import ai.scailabs.vault.api.request.JsonBody;
import ai.scailabs.vault.api.request.PathCategory;
import ai.scailabs.vault.api.request.QueryParameters;
import ai.scailabs.vault.audit.trail.AuditAction;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.pki.dns.DnsProvider;
import ai.scailabs.vault.pki.dns.DnsProviderPage;
import ai.scailabs.vault.pki.dns.DnsProviderService;
import ai.scailabs.vault.pki.dns.ProviderTrial;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.OptionalInt;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;

/** By whom the records of a tenant's names are kept. */
@Controller
public class DnsProviderController {
    private static final String SCOPE = "pki:admin";
    /** Of the zones that a test finds. */
    private static final int MOST_SHOWN = 1_000;

    private final DnsProviderService providers;
    private final JsonBody bodies;
    private final Cursors cursors;

    public DnsProviderController(DnsProviderService providers, JsonBody bodies, Cursors cursors) {
        this.providers = providers;
        this.bodies = bodies;
        this.cursors = cursors;
    }

    @GetMapping("/v1/dns/providers")
    @Endpoint(scope = SCOPE, action = AuditAction.DNS_PROVIDER_LIST, category = PathCategory.PKI_ADMIN)
    public Answer list(Call call, HttpServletRequest request) {
        QueryParameters parameters = QueryParameters.of(request, "limit", "cursor");
        String list = "dns-providers?" + parameters.filters();
        UUID after = position(cursors.decode(call, list, parameters.text("cursor")));
        DnsProviderPage page = providers.list(call.located(), call.tenant(), parameters.limit(), after);
        String cursor = page.hasMore()
                ? cursors.encode(call, list, page.providers().getLast().text())
                : null;
        return Answer.ok(
                call.recorded(),
                json -> json.objects("providers", page.providers(), DnsProviderController::write)
                        .text("cursor", cursor)
                        .flag("has_more", page.hasMore()));
    }

    private static @Nullable UUID position(@Nullable String id) {
        return id == null
                ? null
                : DnsProvider.parseId(id)
                        .orElseThrow(
                                () -> new VaultException(ErrorCode.INVALID_CURSOR, "The cursor names no DNS provider"));
    }

    @PostMapping("/v1/dns/providers")
    @Idempotent
    @Endpoint(scope = SCOPE, action = AuditAction.DNS_PROVIDER_CREATE, category = PathCategory.PKI_ADMIN)
    public Answer create(Call call, HttpServletRequest request) {
        try (DnsProviderRequests.Provider body = bodies.read(request, DnsProviderRequests.Provider.class)) {
            DnsProvider created = providers.create(call.located(), body.draft(), call.entry());
            call.about(created.text());
            return tagged(Answer.json(201, call.changed(), json -> write(json, created)), created);
        }
    }

    @GetMapping("/v1/dns/providers/{id}")
    @Endpoint(scope = SCOPE, action = AuditAction.DNS_PROVIDER_READ, category = PathCategory.PKI_ADMIN)
    public Answer get(Call call, @PathVariable String id) {
        DnsProvider provider = providers.get(call.located(), call.tenant(), about(call, id));
        return tagged(Answer.ok(call.recorded(), json -> write(json, provider)), provider);
    }

    @PatchMapping("/v1/dns/providers/{id}")
    @Endpoint(scope = SCOPE, action = AuditAction.DNS_PROVIDER_UPDATE, category = PathCategory.PKI_ADMIN)
    public Answer patch(Call call, @PathVariable String id, HttpServletRequest request) {
        UUID known = about(call, id);
        try (DnsProviderRequests.Change body = bodies.readPatch(request, DnsProviderRequests.Change.class)) {
            DnsProvider changed =
                    providers.change(call.located(), known, body.change(), revision(request), call.entry());
            return tagged(Answer.ok(call.changed(), json -> write(json, changed)), changed);
        }
    }

    private static @Nullable Integer revision(HttpServletRequest request) {
        OptionalInt revision = EntityTags.ifMatch(request);
        return revision.isPresent() ? revision.getAsInt() : null;
    }

    @DeleteMapping("/v1/dns/providers/{id}")
    @Endpoint(scope = SCOPE, action = AuditAction.DNS_PROVIDER_DELETE, category = PathCategory.PKI_ADMIN)
    public Answer delete(Call call, @PathVariable String id) {
        providers.delete(call.located(), about(call, id), call.entry());
        return Answer.noContent(call.changed());
    }

    @PostMapping("/v1/dns/providers/{id}/test")
    @Endpoint(scope = SCOPE, action = AuditAction.DNS_PROVIDER_TEST, category = PathCategory.PKI_ADMIN)
    public Answer test(Call call, @PathVariable String id) {
        ProviderTrial trial = providers.test(call.located(), call.tenant(), about(call, id));
        List<String> shown =
                trial.zones().subList(0, Math.min(MOST_SHOWN, trial.zones().size()));
        return Answer.ok(
                call.recorded(),
                json -> json.text("id", trial.provider().text())
                        .flag("success", trial.missing().isEmpty())
                        .number("zone_count", trial.zones().size())
                        .texts("zones", shown)
                        .texts("missing_zones", trial.missing()));
    }

    /** What is no id of ours is not looked up, and not recorded. */
    private static UUID about(Call call, String id) {
        UUID known = DnsProvider.parseId(id)
                .orElseThrow(
                        () -> new VaultException(ErrorCode.DNS_PROVIDER_NOT_FOUND, "There is no such DNS provider"));
        call.about(id);
        return known;
    }

    private static Answer tagged(Answer answer, DnsProvider provider) {
        return answer.header("ETag", EntityTags.of(provider.revision()));
    }

    private static void write(JsonWriter json, DnsProvider provider) {
        json.text("id", provider.text())
                .text("name", provider.name())
                .text("provider_type", provider.type().wireName())
                .texts("managed_zones", provider.zones().patterns())
                .flag("is_active", provider.active())
                .object("config", config -> provider.config().forEach(config::text))
                .number("revision", provider.revision())
                .time("created_at", provider.createdAt())
                .text("created_by", provider.createdBy())
                .time("updated_at", provider.updatedAt());
    }
}
