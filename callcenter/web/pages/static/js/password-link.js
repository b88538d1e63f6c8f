// The code of a link stands in the address after #, which no browser sends: it goes into its field, and out of the address.
const code = location.hash.slice(1);
const field = document.getElementById("token");

if (code) {
  field.value = code;
  history.replaceState(null, "", location.pathname);
  document.getElementById("password").focus();
}
