-- Where the certificates of an authority say that its list, its responder and its own certificate are. Null: where this installation publishes them; empty: nowhere.

alter table certificate_authority
    add column crl_urls text[],
    add column ocsp_urls text[],
    add column issuer_urls text[];
grant update (crl_urls, ocsp_urls, issuer_urls) on certificate_authority to scaivault_app;
