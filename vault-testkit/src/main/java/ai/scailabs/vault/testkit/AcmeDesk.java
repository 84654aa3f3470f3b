package ai.scailabs.vault.testkit;

import ai.scailabs.vault.testkit.AcmeBook.Account;
import com.nimbusds.jose.util.Base64URL;
import com.sun.net.httpserver.HttpExchange;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads what comes to a directory, and has it done by whoever is for it (RFC 8555 §6, §7). One request at a time. */
final class AcmeDesk {
    private static final SecureRandom RANDOM = new SecureRandom();

    private final AcmeUrls urls;
    private final AcmeBook book = new AcmeBook();
    private final AcmeAccounts accounts;
    private final AcmeOrders orders;
    private final AcmeAuthorizations authorizations;
    private final AcmeCertificates certificates;
    private final Set<String> nonces = new HashSet<>();

    /** @param httpPort where answers by HTTP are looked for; 0: everybody is taken at their word */
    AcmeDesk(URI base, AcmeWays ways, int httpPort, Clock clock) {
        InstantSource time = () -> clock.instant().plus(ways.ahead());
        AcmeIssuer issuer = new AcmeIssuer();
        AcmeProofs proofs = new AcmeProofs(httpPort);
        this.urls = new AcmeUrls(base);
        this.accounts = new AcmeAccounts(book, urls);
        this.orders = new AcmeOrders(book, urls, ways, issuer, proofs, time);
        this.authorizations = new AcmeAuthorizations(book, urls, proofs, time);
        this.certificates = new AcmeCertificates(book, urls, ways, issuer, proofs, orders);
    }

    synchronized int early() {
        return orders.early();
    }

    synchronized List<String> revoked() {
        return List.copyOf(book.revoked);
    }

    /** For one request. */
    synchronized String nonce() {
        String nonce = token();
        nonces.add(nonce);
        return nonce;
    }

    static String token() {
        byte[] bytes = new byte[18];
        RANDOM.nextBytes(bytes);
        return Base64URL.encode(bytes).toString();
    }

    synchronized AcmeAnswer answer(HttpExchange exchange, String path, byte[] body) throws AcmeProblem {
        if (exchange.getRequestHeaders().getFirst("User-Agent") == null) {
            throw AcmeProblem.malformed("whoever asks says by what (RFC 8555 §6.1)");
        }
        String method = exchange.getRequestMethod();
        if (path.equals("/directory") && method.equals("GET")) {
            return directory();
        }
        if (path.equals("/new-nonce") && (method.equals("HEAD") || method.equals("GET"))) {
            return AcmeAnswer.of(method.equals("HEAD") ? 200 : 204, "text/plain", "");
        }
        if (!method.equals("POST")) {
            throw new AcmeProblem(405, "malformed", method + " is not for " + path);
        }
        if (!"application/jose+json".equals(exchange.getRequestHeaders().getFirst("Content-Type"))) {
            throw new AcmeProblem(415, "malformed", "what is sent is application/jose+json");
        }
        AcmeMessage message = AcmeMessage.parse(body);
        if (!urls.of(path).equals(message.text("url"))) {
            throw new AcmeProblem(403, "unauthorized", "it is signed for another URL");
        }
        String nonce = message.text("nonce");
        if (nonce == null || !nonces.remove(nonce)) {
            throw new AcmeProblem(400, "badNonce", "not given, or used before");
        }
        return switch (path) {
            case "/new-account" -> accounts.newAccount(message);
            case "/revoke" -> certificates.revoke(message);
            default -> ofAccount(known(message, exchange, path));
        };
    }

    private AcmeAnswer directory() {
        Map<String, Object> entries = new LinkedHashMap<>();
        entries.put("newNonce", urls.of("/new-nonce"));
        entries.put("newAccount", urls.of("/new-account"));
        entries.put("newOrder", urls.of("/new-order"));
        entries.put("revokeCert", urls.of("/revoke"));
        entries.put("keyChange", urls.of("/key-change"));
        entries.put("meta", Map.of("termsOfService", "https://strict.example.test/terms"));
        return AcmeAnswer.json(200, entries);
    }

    private AcmeCall known(AcmeMessage message, HttpExchange exchange, String path) throws AcmeProblem {
        String kid = message.text("kid");
        if (kid == null || message.key() != null) {
            throw AcmeProblem.malformed("who has an account names it by kid, and shows no key");
        }
        Account account = book.accounts.get(kid.substring(kid.lastIndexOf('/') + 1));
        if (account == null || !kid.equals(urls.of("/account/" + account.id))) {
            throw new AcmeProblem(400, "accountDoesNotExist", "there is no such account");
        }
        message.verify(account.key);
        if (!account.status.equals("valid")) {
            throw new AcmeProblem(403, "unauthorized", "the account was deactivated");
        }
        String[] parts = path.split("/", 4);
        return new AcmeCall(message, account, path, parts.length > 2 ? parts[2] : "", exchange);
    }

    private AcmeAnswer ofAccount(AcmeCall call) throws AcmeProblem {
        String kind = call.path().split("/", 3)[1];
        return switch (kind) {
            case "account" -> accounts.account(call);
            case "key-change" -> accounts.keyChange(call);
            case "new-order" -> orders.newOrder(call);
            case "order" -> orders.order(call);
            case "finalize" -> orders.finish(call);
            case "authorization" -> authorizations.authorization(call);
            case "challenge" -> authorizations.challenge(call);
            case "certificate" -> certificates.certificate(call);
            default -> throw new AcmeProblem(404, "malformed", "there is nothing at " + call.path());
        };
    }
}
