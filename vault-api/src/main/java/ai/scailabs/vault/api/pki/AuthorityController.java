package ai.scailabs.vault.api.pki;

import ai.scailabs.vault.api.answer.Answer;
import ai.scailabs.vault.api.answer.JsonWriter;
import ai.scailabs.vault.api.request.Call;
import ai.scailabs.vault.api.request.Cursors;
import ai.scailabs.vault.api.request.Endpoint;
import ai.scailabs.vault.api.request.Idempotent;
import ai.scailabs.vault.api.request.JsonBody;
import ai.scailabs.vault.api.request.PathCategory;
import ai.scailabs.vault.api.request.QueryParameters;
import ai.scailabs.vault.audit.trail.AuditAction;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.pki.issuer.AuthorityGeneration;
import ai.scailabs.vault.pki.issuer.AuthorityPage;
import ai.scailabs.vault.pki.issuer.AuthorityService;
import ai.scailabs.vault.pki.issuer.CertificateAuthority;
import ai.scailabs.vault.pki.issuer.PublicUrls;
import ai.scailabs.vault.pki.x509.Pem;
import jakarta.servlet.http.HttpServletRequest;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;

/** A tenant's certificate authorities. */
@Controller
public class AuthorityController {
    private final AuthorityService authorities;
    private final PublicUrls urls;
    private final JsonBody bodies;
    private final Cursors cursors;

    public AuthorityController(AuthorityService authorities, PublicUrls urls, JsonBody bodies, Cursors cursors) {
        this.authorities = authorities;
        this.urls = urls;
        this.bodies = bodies;
        this.cursors = cursors;
    }

    @GetMapping("/v1/pki/ca")
    @Endpoint(scope = "pki:admin", action = AuditAction.PKI_CA_LIST, category = PathCategory.PKI_ADMIN)
    public Answer list(Call call, HttpServletRequest request) {
        QueryParameters parameters = QueryParameters.of(request, "limit", "cursor");
        String list = "cas?" + parameters.filters();
        UUID after = position(cursors.decode(call, list, parameters.text("cursor")));
        AuthorityPage page = authorities.list(call.located(), call.tenant(), parameters.limit(), after);
        String cursor = page.hasMore()
                ? cursors.encode(call, list, page.authorities().getLast().text())
                : null;
        return Answer.ok(
                call.recorded(),
                json -> json.objects("cas", page.authorities(), this::write)
                        .text("cursor", cursor)
                        .flag("has_more", page.hasMore()));
    }

    private static @Nullable UUID position(@Nullable String id) {
        return id == null
                ? null
                : CertificateAuthority.parseId(id)
                        .orElseThrow(() -> new VaultException(
                                ErrorCode.INVALID_CURSOR, "The cursor names no certificate authority"));
    }

    @PostMapping("/v1/pki/ca")
    @Idempotent
    @Endpoint(scope = "pki:admin", action = AuditAction.PKI_CA_CREATE, category = PathCategory.PKI_ADMIN)
    public Answer create(Call call, HttpServletRequest request) {
        AuthorityRequests.Authority body = bodies.read(request, AuthorityRequests.Authority.class);
        CertificateAuthority created = authorities.create(call.located(), body.draft(), call.entry());
        call.about(created.text());
        return Answer.json(201, call.changed(), json -> write(json, created));
    }

    @GetMapping("/v1/pki/ca/{id}")
    @Endpoint(scope = "pki:admin", action = AuditAction.PKI_CA_READ, category = PathCategory.PKI_ADMIN)
    public Answer get(Call call, @PathVariable String id) {
        CertificateAuthority authority = authorities.get(call.located(), call.tenant(), about(call, id));
        List<AuthorityGeneration> generations = authorities.generations(call.tenant(), authority);
        return Answer.ok(call.recorded(), json -> {
            write(json, authority);
            json.objects("generations", generations, AuthorityJson::writeGeneration);
        });
    }

    @PatchMapping("/v1/pki/ca/{id}")
    @Endpoint(scope = "pki:admin", action = AuditAction.PKI_CA_UPDATE, category = PathCategory.PKI_ADMIN)
    public Answer patch(Call call, @PathVariable String id, HttpServletRequest request) {
        UUID known = about(call, id);
        UnaryOperator<AuthorityRequests.Terms> patch = bodies.readMergePatch(request, AuthorityRequests.Terms.class);
        CertificateAuthority changed = authorities.patch(
                call.located(),
                known,
                chosen -> patch.apply(AuthorityRequests.Terms.of(chosen)).terms(),
                call.entry());
        return Answer.ok(call.changed(), json -> write(json, changed));
    }

    private void write(JsonWriter json, CertificateAuthority authority) {
        AuthorityJson.write(json, authority, urls.of(authority));
    }

    @GetMapping("/v1/pki/ca/{id}/certificate")
    @Endpoint(scope = "pki:admin", action = AuditAction.PKI_CA_READ, category = PathCategory.PKI_ADMIN)
    public Answer certificate(Call call, @PathVariable String id, HttpServletRequest request) {
        CertificateAuthority authority = authorities.get(call.located(), call.tenant(), about(call, id));
        byte[] der = authority.current().certificate();
        List<byte[]> chain = new ArrayList<>();
        List<List<byte[]>> alternatives = new ArrayList<>();
        CertificateForm form = CertificateForm.of(request);
        if (form == CertificateForm.JSON || form == CertificateForm.PEM_CHAIN) {
            chain.addAll(authorities.chain(call.tenant(), authority));
        }
        if (form == CertificateForm.JSON) {
            alternatives.addAll(authorities.alternatives(call.tenant(), authority));
        }
        Answer answer = switch (form) {
            case JSON ->
                Answer.ok(
                        call.recorded(),
                        json -> json.text("certificate_pem", pem(der))
                                .texts(
                                        "chain_pem",
                                        chain.stream()
                                                .map(AuthorityController::pem)
                                                .toList())
                                .objects(
                                        "alternative_chains",
                                        alternatives,
                                        (each, line) -> each.text("certificate_pem", pem(line.getFirst()))
                                                .texts(
                                                        "chain_pem",
                                                        line.stream()
                                                                .skip(1)
                                                                .map(AuthorityController::pem)
                                                                .toList())));
            case PEM -> Answer.text(call.recorded(), form.mediaType(), ascii(pem(der)));
            case DER -> Answer.text(call.recorded(), form.mediaType(), der);
            case PEM_CHAIN -> {
                chain.addFirst(der);
                yield Answer.text(call.recorded(), form.mediaType(), ascii(Pem.writeAll(Pem.CERTIFICATE, chain)));
            }
        };
        return answer.header("Vary", "Accept");
    }

    private static String pem(byte[] der) {
        return Pem.write(Pem.CERTIFICATE, der);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    @PostMapping("/v1/pki/ca/{id}/disable")
    @Endpoint(scope = "pki:admin", action = AuditAction.PKI_CA_DISABLE, category = PathCategory.PKI_ADMIN)
    public Answer disable(Call call, @PathVariable String id) {
        return enabled(call, about(call, id), false);
    }

    @PostMapping("/v1/pki/ca/{id}/enable")
    @Endpoint(scope = "pki:admin", action = AuditAction.PKI_CA_ENABLE, category = PathCategory.PKI_ADMIN)
    public Answer enable(Call call, @PathVariable String id) {
        return enabled(call, about(call, id), true);
    }

    private Answer enabled(Call call, UUID id, boolean enabled) {
        CertificateAuthority changed = authorities.enable(call.located(), id, enabled, call.entry());
        return Answer.ok(call.changed(), json -> write(json, changed));
    }

    /** What is no id of ours is not looked up, and not recorded. */
    static UUID about(Call call, String id) {
        UUID known = CertificateAuthority.parseId(id)
                .orElseThrow(
                        () -> new VaultException(ErrorCode.CA_NOT_FOUND, "There is no such certificate authority"));
        call.about(id);
        return known;
    }
}
