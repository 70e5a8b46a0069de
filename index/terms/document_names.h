// What a document is called besides its title and headings: the name of its file, the id of a record, its site.
//
// A question that says "in the deployment notes" means deployment-notes.md, and one that says "on tumblr" the
// document whose address is https://www.tumblr.com/policy. Pure; nothing is kept.
#pragma once

#include <string_view>
#include <vector>

namespace kindling {

// The last name of a path or an address, without its ending and the ending of a compression:
// "/notes/deploy_notes.txt.gz" gives "deploy_notes", "https://a.org/guide/" gives "guide".
[[nodiscard]] std::string_view stem_of(std::string_view path);

// The labels of an address's host that name a site: "https://www.bbc.co.uk:80/x" gives "bbc",
// "https://docs.python.org" gives "docs.python". Empty for a number, and where there is no http(s) address.
[[nodiscard]] std::string_view site_of(std::string_view address);

// A host by itself, as metadata give it ("tumblr.com").
[[nodiscard]] std::string_view site_of_host(std::string_view host);

// All of these for one document: the stem of its file or its record's id, the site of its address or of an
// address in its metadata. `metadata`: JSON as base/json.h writes it, damaged or not. Borrows the arguments.
[[nodiscard]] std::vector<std::string_view> names_of(std::string_view uri, std::string_view source,
                                                     std::string_view metadata);

}  // namespace kindling
