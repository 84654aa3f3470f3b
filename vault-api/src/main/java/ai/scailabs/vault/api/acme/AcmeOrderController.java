package ai.scailabs.vault.api.acme;

import ai.scailabs.vault.api.answer.Answer;
import ai.scailabs.vault.api.pki.CertificateForm;
import ai.scailabs.vault.api.request.Call;
import ai.scailabs.vault.api.request.Cursors;
import ai.scailabs.vault.api.request.Endpoint;
import ai.scailabs.vault.api.request.Idempotent;
import ai.scailabs.vault.api.request.JsonBody;
import ai.scailabs.vault.api.request.PathCategory;
import ai.scailabs.vault.api.request.QueryParameters;
import ai.scailabs.vault.api.request.SecretText;
import ai.scailabs.vault.audit.trail.AuditAction;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.pki.acme.AcmeOrder;
import ai.scailabs.vault.pki.acme.CertificateVersion;
import ai.scailabs.vault.pki.acme.IssuedChain;
import ai.scailabs.vault.pki.acme.ManagedCertificates;
import ai.scailabs.vault.pki.acme.OrderPage;
import ai.scailabs.vault.pki.acme.OrderService;
import ai.scailabs.vault.pki.acme.OrderStatus;
import ai.scailabs.vault.pki.issuance.KeyPackaging;
import ai.scailabs.vault.pki.x509.Pem;
import jakarta.servlet.http.HttpServletRequest;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;

/** Orders at directories, and the certificates that they make. */
@Controller
public class AcmeOrderController {
    private static final String ORDERER = "pki:issue";
    private static final String ADMIN = "pki:admin";
    private static final int MAX_VERSION = 1_000_000;

    private final OrderService orders;
    private final ManagedCertificates certificates;
    private final JsonBody bodies;
    private final Cursors cursors;

    public AcmeOrderController(
            OrderService orders, ManagedCertificates certificates, JsonBody bodies, Cursors cursors) {
        this.orders = orders;
        this.certificates = certificates;
        this.bodies = bodies;
        this.cursors = cursors;
    }

    @PostMapping("/v1/pki/acme/issue")
    @Idempotent
    @Endpoint(scope = ORDERER, action = AuditAction.PKI_ACME_ISSUE, category = PathCategory.ACME_ORDER)
    public Answer issue(Call call, HttpServletRequest request) {
        AcmeRequests.Order body = bodies.read(request, AcmeRequests.Order.class);
        AcmeOrder order = orders.issue(call.located(), body.fields(), call.entry());
        call.about(order.text());
        return Answer.json(202, call.changed(), json -> AcmeJson.write(json, order));
    }

    @GetMapping("/v1/pki/acme/orders")
    @Endpoint(scope = ORDERER, action = AuditAction.PKI_ACME_ORDER_LIST, category = PathCategory.PKI_ISSUE)
    public Answer list(Call call, HttpServletRequest request) {
        QueryParameters parameters = QueryParameters.of(request, "status", "limit", "cursor");
        String list = "acme-orders?" + parameters.filters();
        UUID after = position(cursors.decode(call, list, parameters.text("cursor")));
        OrderPage page = orders.list(
                call.located(), call.tenant(), status(parameters.text("status")), parameters.limit(), after);
        String cursor = page.hasMore()
                ? cursors.encode(call, list, page.orders().getLast().text())
                : null;
        return Answer.ok(
                call.recorded(),
                json -> json.objects("orders", page.orders(), AcmeJson::write)
                        .text("cursor", cursor)
                        .flag("has_more", page.hasMore()));
    }

    private static @Nullable UUID position(@Nullable String id) {
        return id == null
                ? null
                : AcmeOrder.parseId(id)
                        .orElseThrow(() -> new VaultException(ErrorCode.INVALID_CURSOR, "The cursor names no order"));
    }

    private static @Nullable OrderStatus status(@Nullable String text) {
        return text == null
                ? null
                : OrderStatus.parse(text)
                        .orElseThrow(() ->
                                VaultException.invalidField("status", "must be pending, processing, valid or invalid"));
    }

    @GetMapping("/v1/pki/acme/orders/{id}")
    @Endpoint(scope = ORDERER, action = AuditAction.PKI_ACME_ORDER_READ, category = PathCategory.PKI_ISSUE)
    public Answer get(Call call, @PathVariable String id) {
        AcmeOrder order = orders.get(call.located(), call.tenant(), about(call, id));
        return Answer.ok(call.recorded(), json -> AcmeJson.write(json, order));
    }

    @GetMapping("/v1/pki/acme/orders/{id}/certificate")
    @Endpoint(scope = ORDERER, action = AuditAction.PKI_ACME_CHAIN_READ, category = PathCategory.PKI_ISSUE)
    public Answer certificate(Call call, @PathVariable String id, HttpServletRequest request) {
        UUID known = about(call, id);
        Integer version = QueryParameters.of(request, "version").number("version", 1, MAX_VERSION);
        try (IssuedChain chain = certificates.chain(call.located(), call.tenant(), known, version)) {
            CertificateForm form = CertificateForm.of(request);
            return switch (form) {
                case JSON, DER -> Answer.ok(call.recorded(), json -> AcmeJson.write(json, chain));
                case PEM ->
                    Answer.text(
                            call.recorded(),
                            form.mediaType(),
                            Pem.write(Pem.CERTIFICATE, chain.chain().getFirst()).getBytes(StandardCharsets.US_ASCII));
                case PEM_CHAIN ->
                    Answer.text(
                            call.recorded(),
                            form.mediaType(),
                            Pem.writeAll(Pem.CERTIFICATE, chain.chain()).getBytes(StandardCharsets.US_ASCII));
            };
        }
    }

    @PostMapping("/v1/pki/acme/orders/{id}/export")
    @Endpoint(scope = ADMIN, action = AuditAction.PKI_ACME_KEY_READ, category = PathCategory.PKI_ADMIN)
    public Answer export(Call call, @PathVariable String id, HttpServletRequest request) {
        UUID known = about(call, id);
        AcmeRequests.Export body = bodies.read(request, AcmeRequests.Export.class);
        try (SecretText _ = body.password();
                KeyPackaging packaging = body.packaging();
                IssuedChain chain =
                        certificates.export(call.located(), call.tenant(), known, body.version(), packaging)) {
            return Answer.ok(call.recorded(), json -> AcmeJson.write(json, chain));
        }
    }

    @PostMapping("/v1/pki/acme/orders/{id}/renew")
    @Idempotent
    @Endpoint(scope = ORDERER, action = AuditAction.PKI_ACME_RENEW, category = PathCategory.ACME_ORDER)
    public Answer renew(Call call, @PathVariable String id) {
        AcmeOrder order = orders.renew(call.located(), about(call, id), call.entry());
        return Answer.json(202, call.changed(), json -> AcmeJson.write(json, order));
    }

    @PostMapping("/v1/pki/acme/orders/{id}/revoke")
    @Endpoint(scope = ADMIN, action = AuditAction.PKI_ACME_REVOKE, category = PathCategory.PKI_ADMIN)
    public Answer revoke(Call call, @PathVariable String id, HttpServletRequest request) {
        UUID known = about(call, id);
        AcmeRequests.Revocation body = bodies.read(request, AcmeRequests.Revocation.class);
        CertificateVersion revoked =
                certificates.revoke(call.located(), known, body.version(), body.because(), call.entry());
        return Answer.ok(call.changed(), json -> AcmeJson.write(json, revoked));
    }

    /** What is no id of ours is not looked up, and not recorded. */
    private static UUID about(Call call, String id) {
        UUID known = AcmeOrder.parseId(id).orElseThrow(OrderService::notFound);
        call.about(id);
        return known;
    }
}
