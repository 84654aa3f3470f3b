package ai.scailabs.vault.testkit;

import ai.scailabs.vault.testkit.AcmeBook.Account;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.JWK;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Accounts, their keys, and the lists of their orders (RFC 8555 §7.3, §7.1.2.1). */
final class AcmeAccounts {
    private static final int ORDERS_PER_PAGE = 3;

    private final AcmeBook book;
    private final AcmeUrls urls;

    AcmeAccounts(AcmeBook book, AcmeUrls urls) {
        this.book = book;
        this.urls = urls;
    }

    AcmeAnswer newAccount(AcmeMessage message) throws AcmeProblem {
        JWK key = shown(message);
        Map<String, Object> wish = message.payload();
        Account found = withKey(key);
        if (found != null) {
            return account(found, 200);
        }
        if (Boolean.TRUE.equals(wish.get("onlyReturnExisting"))) {
            throw new AcmeProblem(400, "accountDoesNotExist", "nobody has this key");
        }
        if (!Boolean.TRUE.equals(wish.get("termsOfServiceAgreed"))) {
            throw new AcmeProblem(403, "userActionRequired", "the terms are to be agreed to");
        }
        Account account = new Account(book.nextId(), key, contact(wish));
        book.accounts.put(account.id, account);
        return account(account, 201);
    }

    private static JWK shown(AcmeMessage message) throws AcmeProblem {
        JWK key = message.key();
        if (key == null || message.text("kid") != null) {
            throw AcmeProblem.malformed("who has no account shows a key, and no kid");
        }
        message.verify(key);
        return key;
    }

    private @Nullable Account withKey(JWK key) throws AcmeProblem {
        String wanted = thumbprint(key);
        for (Account each : book.accounts.values()) {
            if (thumbprint(each.key).equals(wanted)) {
                return each;
            }
        }
        return null;
    }

    static String thumbprint(JWK key) throws AcmeProblem {
        try {
            return key.computeThumbprint().toString();
        } catch (JOSEException unusable) {
            throw new AcmeProblem(400, "badPublicKey", String.valueOf(unusable.getMessage()));
        }
    }

    private static List<String> contact(Map<String, Object> wish) throws AcmeProblem {
        List<String> contact = new ArrayList<>();
        if (wish.get("contact") instanceof List<?> given) {
            for (Object each : given) {
                if (!String.valueOf(each).matches("mailto:[^,?@]+@[^,?@]+")) {
                    throw new AcmeProblem(400, "unsupportedContact", "one address each");
                }
                contact.add(String.valueOf(each));
            }
        }
        return contact;
    }

    private AcmeAnswer account(Account account, int status) {
        return AcmeAnswer.json(
                        status,
                        Map.of(
                                "status",
                                account.status,
                                "contact",
                                account.contact,
                                "orders",
                                urls.of("/account/" + account.id + "/orders")))
                .with("Location", urls.of("/account/" + account.id));
    }

    AcmeAnswer account(AcmeCall call) throws AcmeProblem {
        if (!call.id().equals(call.account().id)) {
            throw new AcmeProblem(403, "unauthorized", "another's account");
        }
        if (call.path().endsWith("/orders")) {
            return orders(call, 0);
        }
        if (call.path().contains("/orders/")) {
            return orders(
                    call, Integer.parseInt(call.path().substring(call.path().lastIndexOf('/') + 1)));
        }
        if (!call.message().isPostAsGet()) {
            Map<String, Object> wish = call.message().payload();
            if (wish.containsKey("contact")) {
                call.account().contact = contact(wish);
            }
            if ("deactivated".equals(wish.get("status"))) {
                call.account().status = "deactivated";
            }
        }
        return account(call.account(), 200);
    }

    private AcmeAnswer orders(AcmeCall call, int from) throws AcmeProblem {
        call.requirePostAsGet();
        List<String> all = book.orders.values().stream()
                .filter(each -> each.account == call.account())
                .map(each -> urls.of("/order/" + each.id))
                .toList();
        int to = Math.min(all.size(), from + ORDERS_PER_PAGE);
        AcmeAnswer page = AcmeAnswer.json(200, Map.of("orders", all.subList(Math.min(from, to), to)));
        return to == all.size()
                ? page
                : page.with(
                        "Link", "<" + urls.of("/account/" + call.account().id + "/orders/" + to) + ">;rel=\"next\"");
    }

    /** RFC 8555 §7.3.5: what the account signs is signed by the new key. */
    AcmeAnswer keyChange(AcmeCall call) throws AcmeProblem {
        AcmeMessage inner = AcmeMessage.of(call.message().payload());
        JWK key = shown(inner);
        Map<String, Object> change = inner.payload();
        try {
            boolean meant = urls.of("/account/" + call.account().id).equals(change.get("account"))
                    && urls.of("/key-change").equals(inner.text("url"))
                    && inner.text("nonce") == null
                    && change.get("oldKey") instanceof Map<?, ?> old
                    && thumbprint(JWK.parse(com.nimbusds.jose.util.JSONObjectUtils.toJSONString(asObject(old))))
                            .equals(thumbprint(call.account().key));
            if (!meant) {
                throw AcmeProblem.malformed("the key is changed of another account, or at another place");
            }
        } catch (ParseException unreadable) {
            throw AcmeProblem.malformed("no key");
        }
        Account other = withKey(key);
        if (other != null) {
            throw new AcmeProblem(409, "malformed", "somebody has this key");
        }
        call.account().key = key;
        return account(call.account(), 200);
    }

    private static Map<String, Object> asObject(Map<?, ?> map) {
        Map<String, Object> object = new LinkedHashMap<>();
        map.forEach((name, value) -> object.put(String.valueOf(name), value));
        return object;
    }
}
