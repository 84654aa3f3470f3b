package ai.scailabs.vault.events.delivery;

import ai.scailabs.vault.crypto.envelope.KeySeal;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.PartnerId;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import java.nio.charset.StandardCharsets;

/** At our own port: writes down for whom, and gives it to nobody else. The real one is tried by the tests of the server. */
final class PlainSeal implements KeySeal {
    @Override
    public byte[] seal(TenantId tenant, PartnerId partner, String keyId, SensitiveBytes privateKey) {
        return (tenant + " " + keyId + " " + new String(privateKey.expose(), StandardCharsets.UTF_8))
                .getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public SensitiveBytes open(TenantId tenant, PartnerId partner, String keyId, byte[] sealed) {
        String text = new String(sealed, StandardCharsets.UTF_8);
        String mine = tenant + " " + keyId + " ";
        if (!text.startsWith(mine)) {
            throw new VaultException(ErrorCode.INTEGRITY_FAILURE, "The key does not open");
        }
        return SensitiveBytes.owning(text.substring(mine.length()).getBytes(StandardCharsets.UTF_8));
    }
}
