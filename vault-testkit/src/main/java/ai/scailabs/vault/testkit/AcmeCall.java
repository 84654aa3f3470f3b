package ai.scailabs.vault.testkit;

import ai.scailabs.vault.testkit.AcmeBook.Account;
import com.sun.net.httpserver.HttpExchange;

/**
 * What somebody with an account asks.
 *
 * @param id of what the path is about
 */
record AcmeCall(AcmeMessage message, Account account, String path, String id, HttpExchange exchange) {
    void requirePostAsGet() throws AcmeProblem {
        if (!message.isPostAsGet()) {
            throw AcmeProblem.malformed("it is fetched by signing nothing (RFC 8555 §6.3)");
        }
    }
}
