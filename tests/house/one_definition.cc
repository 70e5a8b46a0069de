// Linked with every object of every room: two rooms' or two files' functions of one name and signature end the
// build here. In a program the linker takes whichever it meets first, and the other file's callers get that
// one.
int main() { return 0; }
